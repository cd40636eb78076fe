import { ObrolError } from './errors.ts'
import { isMessage, isPresence, isReady, isReset, parse } from './shapes.ts'
import type { Block } from './sse-parser.ts'
import type { Message, ObrolEvent } from './types.ts'

/** Kept messages that are remembered; the server sends the newest 200 of them. */
const maxKept = 1_000

/**
 * Where a stream stands in the log, over all its lines: each message is told once, whatever the
 * server sends again.
 */
export class Chain {
  /** Where the next line goes on. */
  cursor: string | undefined
  /** The id of the last message that was told, as the log stands. */
  #lastId = 0
  /** What came without a cursor, and comes again until there is one. */
  readonly #kept = new Set<string>()

  constructor(cursor: string | undefined) {
    this.cursor = cursor
  }

  /**
   * The event that a block is, if it is new and of a kind that is known.
   *
   * @throws {ObrolError} `bad-answer`: its data is not what it should be
   */
  take({ type, data, id }: Block): ObrolEvent | undefined {
    const cursor = id || undefined
    const event = data === undefined ? undefined : this.#read(type, data, cursor)
    // It must not move the cursor back.
    if (event === 'repeated') return undefined
    this.cursor = cursor ?? this.cursor
    return event
  }

  #read(
    type: string,
    data: string,
    cursor: string | undefined,
  ): ObrolEvent | 'repeated' | undefined {
    if (type === 'message') {
      const message = parse(data, isMessage)
      return this.#isNew(message, cursor) ? { type, message, cursor } : 'repeated'
    }
    if (type === 'presence') return { type, presence: parse(data, isPresence) }
    if (type === 'heartbeat') return { type, cursor: cursor ?? this.cursor }
    if (type === 'ready') {
      const ready = parse(data, isReady)
      this.#kept.clear()
      return { type, ready, cursor: needed(cursor) }
    }
    if (type === 'reset') {
      const reset = parse(data, isReset)
      this.#lastId = reset.from
      this.#kept.clear()
      return { type, reset, cursor: needed(cursor) }
    }
    return undefined
  }

  #isNew(message: Message, cursor: string | undefined): boolean {
    if (message.id <= this.#lastId) return false
    if (cursor !== undefined) {
      this.#lastId = message.id
      return true
    }
    // The time too, for the log may have gone back between two lines without a cursor.
    const name = `${message.id} ${message.sentAt}`
    if (this.#kept.has(name)) return false
    this.#kept.add(name)
    for (const oldest of this.#kept) if (this.#kept.size > maxKept) this.#kept.delete(oldest)
    return true
  }
}

/** @throws {ObrolError} `bad-answer` */
function needed(cursor: string | undefined): string {
  if (cursor !== undefined) return cursor
  throw new ObrolError('bad-answer', 'An event has no id that must have one')
}
