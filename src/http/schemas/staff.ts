import { Type } from 'typebox'
import { type AuditDetail, auditActions } from '../../store/audit-store.ts'
import { roles } from '../../store/person.ts'
import { OpenedSession, opened, User, exampleUser as user } from './accounts.ts'
import { bodyTypes, Count, Id, maxId, strict, Time } from './common.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { scope } from './scope.ts'

/** How many accounts or records a page has at most without `limit`. */
export const defaultStaffLimit = 50

const Role = (description: string) => Type.Enum([...roles], { type: 'string', description })

const Restriction = Type.Object(
  {
    reason: Type.Optional(Type.String({ description: 'Why, where it was said' })),
    until: Type.Optional(
      Type.String({ format: 'date-time', description: 'When it ends; not for one without an end' }),
    ),
    at: Time,
    by: Type.String({ description: 'The username of who set it, or `console`' }),
  },
  { $id: 'Restriction', description: 'A ban or a mute' },
)

const StaffUser = Type.Object(
  {
    ...User.properties,
    lastSeenAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'When a session of theirs was used last' }),
    ),
    ban: Type.Optional(Restriction),
    mute: Type.Optional(Restriction),
    sessions: Type.Optional(Count('For admins: how many sessions are alive')),
  },
  { $id: 'StaffUser', description: 'An account as the staff sees it' },
)

const StaffUserPage = Type.Object(
  {
    users: Type.Array(StaffUser, { description: 'Sorted by name' }),
    more: Type.Boolean({ description: 'Whether more accounts come after the last of these' }),
  },
  { $id: 'StaffUserPage', description: 'A page of the accounts' },
)

const SetupCode = Type.Object(
  {
    code: Type.String({ description: 'For `POST /v1/login/setup`; it is shown this once' }),
    expiresAt: Time,
  },
  { $id: 'SetupCode', description: 'A code with which someone sets a password, once' },
)

const MadeUser = Type.Object(
  { user: User, setup: Type.Optional(SetupCode) },
  { $id: 'MadeUser', description: 'A new account; `setup` only for a person' },
)

const AuditRecord = Type.Object(
  {
    id: Id('The number of the record'),
    at: Time,
    by: Type.String({ description: 'The username of who did it, or `console`' }),
    via: Type.Enum(['session', 'console', 'setup-code'], {
      type: 'string',
      description: 'How they showed who they are',
    }),
    action: Type.Enum([...auditActions], { type: 'string', description: 'What was done' }),
    target: Type.Optional(Type.String({ description: 'The username of whom it is about' })),
    detail: Type.Optional(
      Type.Unsafe<AuditDetail>({
        type: 'object',
        additionalProperties: true,
        description: 'More of what was done; `refused` says why it was not',
      }),
    ),
    address: Type.Optional(Type.String({ description: 'For admins: of the client' })),
  },
  { $id: 'AuditRecord', description: 'What someone of the staff did' },
)

const AuditPage = Type.Object(
  {
    records: Type.Array(AuditRecord, { description: 'The newest first' }),
    more: Type.Boolean({ description: 'Whether there are older ones' }),
  },
  { $id: 'AuditPage', description: 'A page of the audit' },
)

const password = Type.Optional(
  Type.String({
    format: 'password',
    'x-documented': 'string',
    description: 'Of your account: needed where your login is more than 10 minutes old',
  }),
)

const RoleChange = Type.Object(
  { role: Role('What the account may do from now on'), password },
  {
    $id: 'RoleChange',
    description: 'The new role of an account',
    ...strict,
    examples: [{ role: 'moderator' }],
  },
)

const RestrictionTerms = Type.Object(
  {
    reason: Type.Optional(
      Type.String({
        'x-documented': 'string',
        description: 'Why, in at most 500 characters; of a ban it is told at the login',
      }),
    ),
    until: Type.Optional(
      Type.String({
        'x-documented': 'string',
        description: 'When it ends, RFC 3339; without it, when it is lifted',
      }),
    ),
  },
  {
    $id: 'RestrictionTerms',
    description: 'Why, and until when',
    ...strict,
    examples: [{ reason: 'Spam', until: '2030-01-31T12:00:00Z' }],
  },
)

const NewUser = Type.Object(
  {
    username: Type.String({ 'x-documented': 'newUsername' }),
    bot: Type.Optional(
      Type.Boolean({ description: 'An account of a program, without a password' }),
    ),
  },
  {
    $id: 'UserCreation',
    description: 'An account that the staff makes',
    ...strict,
    examples: [{ username: 'wayan' }],
  },
)

const SetupRequest = Type.Object(
  { password },
  {
    $id: 'SetupRequest',
    description: 'What shows that you yourself ask',
    ...strict,
    examples: [{}],
  },
)

const CodeUse = Type.Object(
  {
    code: Type.String({ 'x-documented': 'string', description: 'As the staff gave it' }),
    newPassword: Type.String({ format: 'password', 'x-documented': 'newPassword' }),
  },
  {
    $id: 'CodeUse',
    description: 'A setup code and the password to set',
    ...strict,
    examples: [{ code: 'Yk3vDq0bT8i1xZ7mWcQe5A', newPassword: 'paper-boats-2' }],
  },
)

/** The schemas of this file that have a name in the OpenAPI document. */
export const staffSchemas = [
  Restriction,
  StaffUser,
  StaffUserPage,
  SetupCode,
  MadeUser,
  AuditRecord,
  AuditPage,
  RoleChange,
  RestrictionTerms,
  NewUser,
  SetupRequest,
  CodeUse,
]

const ofStaff = {
  tags: ['Staff'],
  querystring: Type.Object({}, strict),
}

const onUser = {
  ...ofStaff,
  params: Type.Object({
    username: Type.String({
      'x-documented': 'string',
      description: 'A username, in any upper and lower case',
      examples: ['bob'],
    }),
  }),
}

const readErrors = [...tokenErrors, 'invalid-request', 'forbidden', 'too-many-requests'] as const
const writeErrors = [...readErrors, 'unknown-person', 'outcome-unknown'] as const
const provenErrors = [
  ...writeErrors,
  ...bodyErrors,
  'fresh-login-required',
  'wrong-password',
  'account-closed',
] as const

const limit = (what: string) =>
  Type.Optional(
    Type.Integer({
      format: 'int32',
      minimum: 1,
      maximum: 200,
      default: defaultStaffLimit,
      description: `How many ${what} the page holds at most`,
    }),
  )

const nameParameter = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 64,
      'x-documented': 'string',
      'x-rule': 'must be a username',
      description,
    }),
  )

export const listStaffUsers = {
  ...ofStaff,
  operationId: 'listStaffUsers',
  ...scope('moderate'),
  summary: 'List accounts for the staff',
  description:
    'For moderators and admins, sorted by name. The next page begins `after` the last name of this one.',
  querystring: Type.Object(
    {
      q: nameParameter('The beginning of a username'),
      role: Type.Optional(Role('Only accounts with this role')),
      banned: Type.Optional(
        Type.Boolean({ description: 'True: only who is banned. False: only who is not' }),
      ),
      after: nameParameter('A username: only accounts whose names come after it'),
      limit: limit('accounts'),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the accounts.', StaffUserPage, {
      users: [{ ...user, lastSeenAt: '2026-11-02T09:33:00.000Z', sessions: 1 }],
      more: false,
    }),
    ...errorResponses(...readErrors),
  },
}

export const createStaffUser = {
  ...ofStaff,
  operationId: 'createStaffUser',
  ...scope('admin'),
  summary: 'Make an account',
  description:
    'For admins. A person gets a setup code, with which they set their password; a bot has neither code nor password, and stays a member.',
  consumes: bodyTypes,
  body: NewUser,
  response: {
    201: jsonResponse('Made.', MadeUser, {
      user: { ...user, username: 'wayan' },
      setup: { code: 'Yk3vDq0bT8i1xZ7mWcQe5A', expiresAt: '2026-11-03T09:30:00.000Z' },
    }),
    ...errorResponses(...readErrors, ...bodyErrors, 'username-taken', 'outcome-unknown'),
  },
}

export const setUserRole = {
  ...onUser,
  operationId: 'setUserRole',
  ...scope('admin'),
  summary: 'Give an account a role',
  description:
    'For admins, with a fresh login or the password. The last admin who can act stays, and a bot stays a member. What is so already changes nothing.',
  consumes: bodyTypes,
  body: RoleChange,
  response: {
    204: emptyResponse('The account has this role.'),
    ...errorResponses(...provenErrors, 'last-admin'),
  },
}

export const issueSetupCode = {
  ...onUser,
  operationId: 'issueSetupCode',
  ...scope('session'),
  summary: 'Make a setup code for an account',
  description:
    'For admins, with a fresh login or the password, of people whose role is lower; the console makes any. The code is good once and for 24 hours. A newer one, a new password, a ban and a closing void it. Who has it becomes the person.',
  consumes: bodyTypes,
  body: SetupRequest,
  response: {
    201: jsonResponse('Made. The code is shown this once.', SetupCode, {
      code: 'Yk3vDq0bT8i1xZ7mWcQe5A',
      expiresAt: '2026-11-03T09:30:00.000Z',
    }),
    ...errorResponses(...provenErrors),
  },
}

export const banUser = {
  ...onUser,
  operationId: 'banUser',
  ...scope('moderate'),
  summary: 'Ban someone from the server',
  description:
    'For moderators, of who has a lower role; admins may ban anyone. All sessions end for good, streams get `bye` with the reason `banned`, and logins are refused as `banned`. A body is not needed.',
  consumes: bodyTypes,
  body: RestrictionTerms,
  response: {
    204: emptyResponse('They are banned.'),
    ...errorResponses(...writeErrors, ...bodyErrors, 'account-closed', 'last-admin'),
  },
}

export const unbanUser = {
  ...onUser,
  operationId: 'unbanUser',
  ...scope('moderate'),
  summary: 'Lift a ban from the server',
  description:
    'For moderators; what a higher role set stays. They may log in again; what ended stays ended. The answer is also 204 where they are not banned.',
  response: {
    204: emptyResponse('They are not banned.'),
    ...errorResponses(...writeErrors),
  },
}

export const muteUser = {
  ...onUser,
  operationId: 'muteUser',
  ...scope('moderate'),
  summary: 'Mute someone on the server',
  description:
    'For moderators, of who has a lower role; admins may mute anyone. They can read and take back what they wrote, but not write, edit, react, type, make or change rooms, or add people. A body is not needed.',
  consumes: bodyTypes,
  body: RestrictionTerms,
  response: {
    204: emptyResponse('They are muted.'),
    ...errorResponses(...writeErrors, ...bodyErrors, 'account-closed'),
  },
}

export const unmuteUser = {
  ...onUser,
  operationId: 'unmuteUser',
  ...scope('moderate'),
  summary: 'Lift a mute from the server',
  description:
    'For moderators; what a higher role set stays. The answer is also 204 where they are not muted.',
  response: {
    204: emptyResponse('They are not muted.'),
    ...errorResponses(...writeErrors),
  },
}

export const listAudit = {
  ...ofStaff,
  operationId: 'listAudit',
  ...scope('moderate'),
  summary: 'List what the staff did',
  description:
    'For admins; moderators see their own records, without addresses. The newest first. The next page has what comes `before` the last id of this one.',
  querystring: Type.Object(
    {
      before: Type.Optional(
        Type.Integer({
          format: 'int64',
          minimum: 1,
          maximum: maxId,
          description: 'An id: only records before it',
        }),
      ),
      limit: limit('records'),
      by: nameParameter('A username, or `console`: only what they did'),
      action: Type.Optional(
        Type.Enum([...auditActions], { type: 'string', description: 'Only this action' }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the audit.', AuditPage, {
      records: [
        {
          id: 7,
          at: '2026-11-02T09:34:00.000Z',
          by: 'dewi',
          via: 'session',
          action: 'banned',
          target: 'anton',
          detail: { reason: 'Spam', until: null },
          address: '203.0.113.7',
        },
      ],
      more: false,
    }),
    ...errorResponses(...readErrors),
  },
}

export const loginWithCode = {
  operationId: 'loginWithCode',
  ...scope('none'),
  tags: ['Accounts'],
  summary: 'Set a password with a setup code',
  description:
    'Sets the password of the account that the code is for, ends all its sessions and opens one. A wrong code counts as a failed login, and changes nothing.',
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: CodeUse,
  response: {
    200: jsonResponse('Set, and logged in.', OpenedSession, opened),
    ...errorResponses(
      ...bodyErrors,
      'wrong-credentials',
      'too-many-requests',
      'unavailable',
      'outcome-unknown',
    ),
  },
}
