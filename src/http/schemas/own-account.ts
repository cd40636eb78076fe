import { Type } from 'typebox'
import { bodyTypes, strict } from './common.ts'
import { bodyErrors, emptyResponse, errorResponses, tokenErrors } from './responses.ts'
import { scope } from './scope.ts'

export const PasswordChange = Type.Object(
  {
    currentPassword: Type.String({
      format: 'password',
      'x-documented': 'string',
      description: 'The password of the account',
    }),
    newPassword: Type.String({ format: 'password', 'x-documented': 'newPassword' }),
    endTokens: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Whether the tokens of the account’s programs end as well',
      }),
    ),
  },
  {
    $id: 'PasswordChange',
    description: 'The old and the new password',
    ...strict,
    examples: [{ currentPassword: 'paper-boats', newPassword: 'paper-planes' }],
  },
)

export const changePassword = {
  operationId: 'changePassword',
  ...scope('session'),
  tags: ['Accounts'],
  summary: 'Change the password',
  description:
    'Changes the password of the caller, and ends all their other sessions and their tokens for programs, whose streams get `bye` with `logged-out`. A wrong `currentPassword` counts as a failed login.',
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: PasswordChange,
  response: {
    204: emptyResponse('The password is changed.'),
    ...errorResponses(
      ...tokenErrors,
      ...bodyErrors,
      'wrong-password',
      'no-password',
      'too-many-requests',
      'outcome-unknown',
    ),
  },
}
