import { ObrolError } from './errors.ts'
import { isMessage, isPresence, isReady, isReset, parseAs } from './guards.ts'
import type { SseBlock } from './sse-parser.ts'
import type { Message, ObrolEvent } from './types.ts'

/** Kept messages that are remembered; the server sends the newest 200 of them. */
const maxRemembered = 1_000

/**
 * Where a stream stands in the log, over all its lines: each message is told once, whatever the
 * server sends again.
 */
export class CursorTracker {
  /** Where the next line goes on. */
  cursor: string | undefined
  /** The id of the last message that was told, as the log stands. */
  #lastMessageId = 0
  /** What came without a cursor, and comes again until there is one. */
  readonly #seenWithoutCursor = new Set<string>()

  constructor(cursor: string | undefined) {
    this.cursor = cursor
  }

  /**
   * The event that a block is, if it is new and of a kind that is known.
   *
   * @throws {ObrolError} `bad-answer`: its data is not what it should be
   */
  toEvent({ type, data, id }: SseBlock): ObrolEvent | undefined {
    const cursor = id || undefined
    const event = data === undefined ? undefined : this.#parseEvent(type, data, cursor)
    // It must not move the cursor back.
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
    return undefined
  }

  #isNew(message: Message, cursor: string | undefined): boolean {
    if (message.id <= this.#lastMessageId) return false
    if (cursor !== undefined) {
      this.#lastMessageId = message.id
      return true
    }
    // The time too, for the log may have gone back between two lines without a cursor.
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
  throw new ObrolError('bad-answer', 'An event has no id that must have one')
}
