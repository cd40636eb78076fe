import { Type } from 'typebox'
import { exampleUser, User } from './accounts.ts'
import { bodyTypes, strict } from './common.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
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

export const ProfileChanges = Type.Object(
  {
    displayName: Type.Optional(
      Type.Unsafe<string | null>({ type: ['string', 'null'], 'x-documented': 'displayName' }),
    ),
  },
  {
    $id: 'ProfileChanges',
    description: 'What is to change of the user; what is left out stays',
    ...strict,
    examples: [{ displayName: 'Dewi Lestari' }],
  },
)

export const updateMe = {
  operationId: 'updateMe',
  ...scope('session'),
  tags: ['Accounts'],
  summary: 'Update the current user',
  description:
    'Sets or takes away the display name of the caller, once a minute. Streams with `presence` get `user.updated`.',
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: ProfileChanges,
  response: {
    200: jsonResponse('The user as it is now.', User, {
      ...exampleUser,
      displayName: 'Dewi Lestari',
    }),
    ...errorResponses(...tokenErrors, ...bodyErrors, 'too-many-requests', 'outcome-unknown'),
  },
}
