/** The catalogue of all errors. Whoever refuses throws a `Problem`; `http/` writes it as RFC 9457 problem details. */
export const problems = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    explanation:
      'Something in the body, the query or a header breaks a rule. `errors` names each field (`pointer`, a JSON Pointer into the body) or parameter and says what would be right. Nothing was changed.',
  },
  'malformed-request': {
    status: 400,
    title: 'The request is not well-formed HTTP',
    explanation:
      'The request could not be read as HTTP/1.1: a broken request line, header, length or address. Send it with an ordinary HTTP client.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid token is needed',
    explanation:
      'The call needs `Authorization: Bearer <token>` with a token of `POST /v1/register` or `POST /v1/login` whose session has neither ended nor expired, or one for programs of `POST /v1/tokens`. The event stream also takes `?token=` with a token of `POST /v1/events/token`.',
  },
  'unknown-user': {
    status: 401,
    title: 'No such user',
    explanation: 'Nobody is registered under this username. Register first.',
  },
  'wrong-password': {
    status: 401,
    title: 'Wrong password',
    explanation: 'The username exists, but this is not its password.',
  },
  'wrong-credentials': {
    status: 401,
    title: 'Wrong username or password',
    explanation:
      'Username and password do not belong together, or a setup code is wrong, used up or too old. Where registration is closed, the server does not tell which of them is wrong.',
  },
  'registration-closed': {
    status: 403,
    title: 'Registration is closed',
    explanation: 'This server takes no new accounts. Ask the people who run it.',
  },
  'cross-site': {
    status: 403,
    title: 'Not from another site',
    explanation:
      'A browser sent this for a page of another site, whose origin is not in `CORS_ORIGINS`. Only links may lead here from anywhere. Nothing was done.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    explanation:
      'You may not do this here: the message is not yours, it needs a higher role in the room, the room has banned you or the person, your role on the server or the scope of your token is not enough, or the settings of the server leave it to moderators. `detail` says which.',
  },
  'fresh-login-required': {
    status: 403,
    title: 'A fresh login is needed',
    explanation:
      'This needs a session whose login is at most 10 minutes old. Log in again, or send the password of your account as `password` in the body. A session that another app opened cannot do this.',
  },
  banned: {
    status: 403,
    title: 'Banned',
    explanation:
      'The people who run the server have banned this account. `reason` says why and `until` when that ends, where they said so.',
  },
  muted: {
    status: 403,
    title: 'Muted',
    explanation:
      'The people who run the server have muted this account: it can read, but not write. `until` says when that ends, where they said so.',
  },
  'not-accepted': {
    status: 403,
    title: 'Not accepted',
    explanation:
      'The other person does not accept this from you: they have blocked you. Nothing was sent.',
  },
  'account-closed': {
    status: 403,
    title: 'Account closed',
    explanation: 'The account was closed. Nothing can be sent to it, and nobody can use it again.',
  },
  'not-a-member': {
    status: 403,
    title: 'Not a member',
    explanation:
      'Only members of the room may do this. Join it with `PUT /v1/rooms/{room}/members/{username}`, the username being your own.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    explanation:
      'There is nothing at this address, or nothing that you may see. For an unknown path, `operations` lists what can be called.',
  },
  'unknown-recipient': {
    status: 404,
    title: 'Unknown recipient',
    explanation:
      'Nobody is registered under the username in `to` or `with`, or in the id of the conversation.',
  },
  'unknown-person': {
    status: 404,
    title: 'Unknown person',
    explanation: 'Nobody is registered under the username in the address.',
  },
  'unknown-room': {
    status: 404,
    title: 'Unknown room',
    explanation:
      'There is no room with this name, or it is private and you are not a member of it.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    explanation: 'The address exists, but not for this method. `Allow` lists those it takes.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    explanation: 'Headers must arrive within 10 seconds and the whole request within 30.',
  },
  'username-taken': {
    status: 409,
    title: 'Username taken',
    explanation:
      'The username, or one that reads or looks the same, is registered already or reserved. Choose another, or log in if it is yours.',
  },
  'recipient-offline': {
    status: 409,
    title: 'Recipient offline',
    explanation:
      'The recipient is not online. Send with `"whenOffline":"keep"` to have the message wait for them.',
  },
  'room-name-taken': {
    status: 409,
    title: 'Room name taken',
    explanation:
      'A room with this name, or with one that reads or looks the same, exists already, or the name is reserved. Choose another. It may be taken by a room that you cannot see.',
  },
  'room-archived': {
    status: 409,
    title: 'Room archived',
    explanation:
      'Nobody can write to a room while it is archived. Its owners can set `archived` to false.',
  },
  'cannot-open': {
    status: 409,
    title: 'A private room cannot be opened',
    explanation:
      'A private room stays private, so that nothing said in it is shown to everyone later. Make an open one.',
  },
  'last-owner': {
    status: 409,
    title: 'The last owner',
    explanation:
      'A room with members has an owner. Make someone else one first; or leave the room, and the member of the highest role who has been there longest becomes the owner.',
  },
  'no-password': {
    status: 409,
    title: 'No password',
    explanation:
      'The account has no password, so there is none to change. Another app logs its person in, or it is a program’s account.',
  },
  'last-admin': {
    status: 409,
    title: 'The last admin',
    explanation:
      'The server needs an admin who is neither banned nor closed. Make someone else one first.',
  },
  'too-many-tokens': {
    status: 409,
    title: 'Too many tokens',
    explanation:
      'The account has as many tokens for programs as an account can have. End one with `DELETE /v1/tokens/{id}` first.',
  },
  'too-many-rooms': {
    status: 409,
    title: 'Too many rooms',
    explanation:
      'You are in as many rooms as one may join by oneself (`ROOMS_PER_USER`). Leave one first. Rooms that others added you to do not count.',
  },
  'room-full': {
    status: 409,
    title: 'The room is full',
    explanation: 'The room has as many members as a room may have (`MEMBERS_PER_ROOM`).',
  },
  'stale-cursor': {
    status: 409,
    title: 'Not on the log',
    explanation:
      '`upTo` is past the end of the log, or the log has gone back since, as after a restored backup. Ask for the conversation again, and send an id or a cursor of now.',
  },
  'too-late': {
    status: 409,
    title: 'Too late to edit',
    explanation:
      'A message can be edited for as long as the server allows (`EDIT_MINUTES`). It can still be deleted.',
  },
  'too-many-reactions': {
    status: 409,
    title: 'Too many reactions',
    explanation:
      'The message has 20 different reactions already. React with one of them, or take one of your own away first.',
  },
  'message-deleted': {
    status: 410,
    title: 'Message deleted',
    explanation:
      'The message was deleted, and what it said is gone. In the history its place is marked.',
  },
  'precondition-failed': {
    status: 412,
    title: 'Precondition failed',
    explanation:
      'The file is not, or no longer, what `If-Match` or `If-Unmodified-Since` asks for. Ask without them for what there is.',
  },
  'payload-too-large': {
    status: 413,
    title: 'Body too large',
    explanation: 'The body is larger than any valid request needs to be.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    explanation:
      'Bodies are `application/json` in UTF-8, or `application/x-www-form-urlencoded` as curl sends by default; neither may be compressed.',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'Range not satisfiable',
    explanation:
      'The file ends before the `Range` begins. `Content-Range` says how many bytes it has.',
  },
  'unknown-host': {
    status: 421,
    title: 'Unknown host',
    explanation:
      'The host that the request is for is not one of this server’s. Whoever runs it names its hosts in `ALLOWED_HOSTS`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency key reused',
    explanation:
      'This Idempotency-Key was used within the last 24 hours for another message or room. Use a new key for new content.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    explanation: 'A rate limit was reached. `Retry-After` says in how many seconds to try again.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many streams',
    explanation:
      'This person has as many streams open as one may have, none of them from this session. Close one, then try again.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers or address too large',
    explanation: 'The request line and headers together may be at most 16 KiB.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    explanation:
      'The server made a mistake. It is logged under the `requestId`; tell it to the people who run the server.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    explanation:
      'The server cannot do this right now, and certainly has not done it. Try again after `Retry-After` seconds.',
  },
  'outcome-unknown': {
    status: 503,
    title: 'Outcome unknown',
    explanation:
      'What you asked for may or may not have been done. Send it again with the same Idempotency-Key, where the call takes one, to find out without risk of doing it twice.',
  },
} as const satisfies Record<string, { status: number; title: string; explanation: string }>

export type ProblemCode = keyof typeof problems

/** One error, in a field of the body (`pointer`, RFC 6901) or in a query, path or header parameter. */
export type FieldError = { pointer: string; detail: string } | { parameter: string; detail: string }

export interface ProblemExtras {
  /** For `invalid-request`: one for each field that is wrong. */
  errors?: FieldError[]
  /** Seconds, at least 1. */
  retryAfter?: number
  /** Of `banned`: why, as its people were told. */
  reason?: string
  /** Of `banned` and `muted`: when it ends, in Unix milliseconds. */
  until?: number
}

/** `detail` is for the caller: it says what was wrong and what would be right. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail)
    this.code = code
    this.extras = extras
  }
}
