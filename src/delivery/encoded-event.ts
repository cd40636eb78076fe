import { type EventName, type EventSet, eventSetOf } from './event-names.ts'

/**
 * Who gets an event, as a number: 0 is everyone; above, the members of the room with this id; below, one
 * account. So a direct message has two, where the store has one audience for the two people.
 */
export type Audience = number

export const everyone: Audience = 0

export function accountAudience(account: number): Audience {
  return -account
}

interface EventOptions {
  message?: number
  to?: number | undefined
  joins?: number
  hiddenFrom?: readonly number[] | undefined
}

const nobody: readonly number[] = []

/** An event of the log, encoded once for all who get it, and only when somebody does. */
export class EncodedEvent {
  /** Of its entry. */
  readonly id: number
  /** It alone. */
  readonly set: EventSet
  readonly audiences: readonly Audience[]
  /** The id of the message that it tells of, else 0. */
  readonly message: number
  /** The account that a direct message is for, else 0. */
  readonly to: number
  /** The room that its reader is a member of from here on, else 0. */
  readonly joins: number
  /** Accounts that do not get it, although they are of its audience. */
  readonly hiddenFrom: readonly number[]
  /** How much memory it takes at most, encoded. */
  readonly maxBytes: number
  #encoded: Buffer | (() => string)

  /** @param encoded its text, or what makes it, with a bound of its bytes */
  constructor(
    id: number,
    name: EventName,
    audiences: readonly Audience[],
    encoded: string | { maxBytes: number; encode: () => string },
    { message = 0, to = 0, joins = 0, hiddenFrom = nobody }: EventOptions = {},
  ) {
    this.id = id
    this.set = eventSetOf(name)
    this.audiences = audiences
    this.message = message
    this.to = to
    this.joins = joins
    this.hiddenFrom = hiddenFrom
    if (typeof encoded === 'string') {
      this.#encoded = Buffer.from(encoded)
      this.maxBytes = this.#encoded.length
    } else {
      this.#encoded = encoded.encode
      this.maxBytes = encoded.maxBytes
    }
  }

  get bytes(): Buffer {
    if (typeof this.#encoded === 'function') this.#encoded = Buffer.from(this.#encoded())
    return this.#encoded
  }
}
