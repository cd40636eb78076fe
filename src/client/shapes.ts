import { ObrolError } from './errors.ts'
import type {
  ByeReason,
  EventsToken,
  HistoryPage,
  LoggedIn,
  Me,
  Message,
  OnlinePage,
  Presence,
  ProblemDetails,
  Ready,
  Reset,
  User,
} from './types.ts'

/**
 * What must hold of an answer before it is taken for one. Not the whole schema: what is used here,
 * and enough to tell an answer of this API from any other.
 */
export type Shape<T> = (value: unknown) => value is T

type Fields<T> = { [Name in keyof T]?: (value: unknown) => boolean }

function shape<T>(fields: Fields<T>): Shape<T> {
  const names = Object.keys(fields) as (keyof T)[]
  return (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => (fields[name] as Shape<unknown>)((value as T)[name]))
}

const isText = (value: unknown) => typeof value === 'string'
const isFlag = (value: unknown) => typeof value === 'boolean'
const isId = (value: unknown) => Number.isSafeInteger(value)
const isListOf = (isItem: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isItem)

const isUser = shape<User>({ id: isId, username: isText, createdAt: isText })

export const isNothing: Shape<null> = (value) => value === null

export const isMessage = shape<Message>({
  id: isId,
  kind: isText,
  from: isText,
  text: isText,
  sentAt: isText,
})
export const isLoggedIn = shape<LoggedIn>({ user: isUser, token: isText, expiresAt: isText })
export const isMe = shape<Me>({
  user: isUser,
  session: shape<Me['session']>({ createdAt: isText, expiresAt: isText }),
})
export const isEventsToken = shape<EventsToken>({ token: isText, expiresAt: isText })
export const isHistoryPage = shape<HistoryPage>({
  messages: isListOf(isMessage),
  more: isFlag,
  cursor: isText,
})
export const isOnlinePage = shape<OnlinePage>({
  users: isListOf(shape<OnlinePage['users'][number]>({ username: isText, onlineSince: isText })),
  count: isId,
  more: isFlag,
})
export const isReady = shape<Ready>({ user: isText, head: isId, onlineCount: isId })
export const isPresence = shape<Presence>({
  joined: isListOf(isText),
  left: isListOf(isText),
  onlineCount: isId,
})
export const isReset = shape<Reset>({ reason: isText, from: isId, oldest: isId, head: isId })
export const isBye = shape<{ reason: ByeReason }>({ reason: isText })
export const isProblem = shape<ProblemDetails>({ type: isText, title: isText, detail: isText })

/** JSON of a shape. @throws {ObrolError} `bad-answer` */
export function parse<T>(text: string, isShape: Shape<T>, status?: number): T {
  const value = parseJson(text)
  if (isShape(value)) return value
  throw new ObrolError('bad-answer', `This is no answer of an Obrol server: ${start(text)}`, {
    status,
  })
}

/** Undefined, which no JSON is, where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The beginning of what came, for a message to people. */
function start(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
