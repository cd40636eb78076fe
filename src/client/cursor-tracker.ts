import { ObrolError } from './errors.ts'
import { type Guard, isMessage, isObject, isPresence, isReady, isReset, parseAs } from './guards.ts'
import type { SseBlock } from './sse-parser.ts'
import type { RoomsEvent } from './state/event-types.ts'
import { streamEvent, streamEventTypes } from './state/stream-events.ts'
import type { Message, ObrolEvent } from './types.ts'

/** How many messages without a cursor are remembered. The server sends at most 200. */
const maxRemembered = 1_000

/** The position of a stream in the log over all its connections. Drops messages that come again. */
export class CursorTracker {
  /** Where the next connection resumes. */
  cursor: string | undefined
  /** Of the last message that was returned. */
  #lastMessageId = 0
  /** Undelivered messages have no cursor, and come again until a cursor was received. */
  readonly #seenWithoutCursor = new Set<string>()

  constructor(cursor: string | undefined) {
    this.cursor = cursor
  }

  /**
   * Undefined for a duplicate, for a type that is not known, and for a block without data.
   *
   * @throws {ObrolError} `bad-answer`: the data does not have the type's shape
   */
  toEvent({ type, data, id }: SseBlock): ObrolEvent | undefined {
    const cursor = id || undefined
    const event = data === undefined ? undefined : this.#parseEvent(type, data, cursor)
    // A duplicate must not move the cursor back.
    if (event === 'duplicate') return undefined
    this.cursor = cursor ?? this.cursor
    return event
  }

  #parseEvent(
    type: string,
    data: string,
    cursor: string | undefined,
  ): ObrolEvent | 'duplicate' | undefined {
    if (type === 'message') {
      const message = parseAs(data, isMessage)
      return this.#isNew(message, cursor) ? { type, message, cursor } : 'duplicate'
    }
    if (type === 'presence') return { type, presence: parseAs(data, isPresence) }
    if (type === 'heartbeat') return { type, cursor: cursor ?? this.cursor }
    if (type === 'ready') {
      const ready = parseAs(data, isReady)
      this.#seenWithoutCursor.clear()
      return { type, ready, cursor: requireCursor(cursor) }
    }
    if (type === 'reset') {
      const reset = parseAs(data, isReset)
      this.#lastMessageId = reset.from
      this.#seenWithoutCursor.clear()
      return { type, reset, cursor: requireCursor(cursor) }
    }
    if (!streamEventTypes.includes(type)) return undefined
    const guard: Guard<object> = type.startsWith('message.') ? isMessage : isObject
    return streamEvent(type, parseAs(data, guard), cursor) as RoomsEvent
  }

  #isNew(message: Message, cursor: string | undefined): boolean {
    if (message.id <= this.#lastMessageId) return false
    if (cursor !== undefined) {
      this.#lastMessageId = message.id
      return true
    }
    // With the time: the log may have been rewound between two connections without a cursor.
    const name = `${message.id} ${message.sentAt}`
    if (this.#seenWithoutCursor.has(name)) return false
    this.#seenWithoutCursor.add(name)
    for (const oldest of this.#seenWithoutCursor)
      if (this.#seenWithoutCursor.size > maxRemembered) this.#seenWithoutCursor.delete(oldest)
    return true
  }
}

/** @throws {ObrolError} `bad-answer` */
function requireCursor(cursor: string | undefined): string {
  if (cursor !== undefined) return cursor
  throw new ObrolError('bad-answer', 'An event that must have an id has none')
}
