import { ObrolError, type ProblemDetails } from './errors.ts'
import type {
  ConversationPage,
  ConversationSummary,
  MemberPage,
  Room,
  RoomMember,
} from './state/contract-types.ts'
import type {
  ByeReason,
  EventsToken,
  HistoryPage,
  LoggedIn,
  Me,
  Message,
  OnlinePage,
  Presence,
  Ready,
  Reset,
  RoomBan,
  RoomBanPage,
  RoomPage,
  SessionInfo,
  User,
  UserPage,
} from './types.ts'

/**
 * Checks a response. Not the whole schema: the fields that the client uses, and enough to tell a
 * response of this API from any other.
 */
export type Guard<T> = (value: unknown) => value is T

type FieldGuards<T> = { [Name in keyof T]?: (value: unknown) => boolean }

function objectGuard<T>(fields: FieldGuards<T>): Guard<T> {
  const names = Object.keys(fields) as (keyof T)[]
  return (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => (fields[name] as Guard<unknown>)((value as T)[name]))
}

const isString = (value: unknown) => typeof value === 'string'
const isBoolean = (value: unknown) => typeof value === 'boolean'
const isInteger = (value: unknown) => Number.isSafeInteger(value)
const isArrayOf = (isItem: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isItem)

export const isUser = objectGuard<User>({ id: isInteger, username: isString, createdAt: isString })

/** Of most events of rooms no more is checked. */
export const isObject: Guard<object> = objectGuard<object>({})

export const isNull: Guard<null> = (value) => value === null

export const isMessage = objectGuard<Message>({
  id: isInteger,
  kind: isString,
  from: isString,
  text: isString,
  sentAt: isString,
})
export const isLoggedIn = objectGuard<LoggedIn>({
  user: isUser,
  token: isString,
  expiresAt: isString,
})
export const isMe = objectGuard<Me>({
  user: isUser,
  session: objectGuard<Me['session']>({ createdAt: isString, expiresAt: isString }),
})
export const isUserList = objectGuard<{ users: User[] }>({ users: isArrayOf(isUser) })
export const isUserPage = objectGuard<UserPage>({ users: isArrayOf(isUser), more: isBoolean })
export const isSessionList = objectGuard<{ sessions: SessionInfo[] }>({
  sessions: isArrayOf(
    objectGuard<SessionInfo>({ id: isInteger, lastSeenAt: isString, current: isBoolean }),
  ),
})
export const isEventsToken = objectGuard<EventsToken>({ token: isString, expiresAt: isString })
export const isHistoryPage = objectGuard<HistoryPage>({
  messages: isArrayOf(isMessage),
  more: isBoolean,
  cursor: isString,
})
export const isOnlinePage = objectGuard<OnlinePage>({
  users: isArrayOf(
    objectGuard<OnlinePage['users'][number]>({ username: isString, onlineSince: isString }),
  ),
  count: isInteger,
  more: isBoolean,
})
export const isRoomName = objectGuard<{ name: string }>({ name: isString })
export const isRoom = objectGuard<Room>({
  name: isString,
  title: isString,
  access: isString,
  memberCount: isInteger,
})
export const isRoomPage = objectGuard<RoomPage>({ rooms: isArrayOf(isRoom), more: isBoolean })
export const isRoomMember = objectGuard<RoomMember>({ username: isString, role: isString })
export const isMemberPage = objectGuard<MemberPage>({
  members: isArrayOf(isRoomMember),
  count: isInteger,
  more: isBoolean,
})
export const isRoomBanPage = objectGuard<RoomBanPage>({
  bans: isArrayOf(objectGuard<RoomBan>({ username: isString, by: isString, at: isString })),
  more: isBoolean,
})
export const isConversation = objectGuard<ConversationSummary>({
  id: isString,
  lastId: isInteger,
  unread: isInteger,
  asOf: isInteger,
})
export const isConversationPage = objectGuard<ConversationPage>({
  conversations: isArrayOf(isConversation),
  more: isBoolean,
  cursor: isString,
})
export const isReady = objectGuard<Ready>({
  user: isString,
  head: isInteger,
  onlineCount: isInteger,
})
export const isPresence = objectGuard<Presence>({
  joined: isArrayOf(isString),
  left: isArrayOf(isString),
  onlineCount: isInteger,
})
export const isReset = objectGuard<Reset>({
  reason: isString,
  from: isInteger,
  oldest: isInteger,
  head: isInteger,
})
export const isBye = objectGuard<{ reason: ByeReason }>({ reason: isString })
export const isProblem = objectGuard<ProblemDetails>({
  type: isString,
  title: isString,
  detail: isString,
})

/** @throws {ObrolError} `bad-answer` */
export function parseAs<T>(text: string, guard: Guard<T>, status?: number): T {
  const value = parseJson(text)
  if (guard(value)) return value
  throw new ObrolError('bad-answer', `This is no answer of an Obrol server: ${excerpt(text)}`, {
    status,
  })
}

/** Undefined, which no JSON value is, if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** For an error message. */
function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
