import type { Reaction } from '../../message-log.ts'
import type { Connection } from '../connection.ts'

/** The names that are told of an emoji. */
const MAX_NAMES = 20

type Key = { message: number; emoji: string; account: number }

/** Who reacted to messages, and with what. */
export class Reactions {
  readonly #any
  readonly #ofMessage
  readonly #names
  readonly #count
  readonly #has
  readonly #otherEmoji
  readonly #insert
  readonly #delete

  constructor(connection: Connection) {
    this.#any = connection.prepare<[number]>('SELECT 1 FROM reactions WHERE message_id = ? LIMIT 1')
    // Bound through a SELECT, so that it is not planned again for each value: see `SessionQueries`.
    this.#ofMessage = connection.prepare<
      { message: number; viewer: number },
      { emoji: string; count: number; me: 0 | 1 }
    >(
      `SELECT emoji, count(*) AS count,
              EXISTS (SELECT 1 FROM reactions AS own
                      WHERE own.message_id = (SELECT :message) AND own.emoji = reactions.emoji
                        AND own.account_id = (SELECT :viewer)) AS me
       FROM reactions WHERE message_id = (SELECT :message) GROUP BY emoji ORDER BY min(entry_id)`,
    )
    this.#names = connection
      .prepare<[number, string], string>(
        `SELECT accounts.username
         FROM reactions INDEXED BY reactions_in_order
         CROSS JOIN accounts ON accounts.id = reactions.account_id
         WHERE message_id = ? AND emoji = ? ORDER BY entry_id LIMIT ${MAX_NAMES}`,
      )
      .pluck()
    this.#count = connection
      .prepare<[number, string], number>(
        'SELECT count(*) FROM reactions WHERE message_id = ? AND emoji = ?',
      )
      .pluck()
    const key = 'message_id = :message AND emoji = :emoji AND account_id = :account'
    this.#has = connection.prepare<Key>(`SELECT 1 FROM reactions WHERE ${key}`)
    this.#otherEmoji = connection
      .prepare<[number, string], number>(
        'SELECT count(DISTINCT emoji) FROM reactions WHERE message_id = ? AND emoji <> ?',
      )
      .pluck()
    this.#insert = connection.prepare<Key & { entry: number }>(
      `INSERT INTO reactions (message_id, emoji, account_id, entry_id)
       VALUES (:message, :emoji, :account, :entry)`,
    )
    this.#delete = connection.prepare<Key>(`DELETE FROM reactions WHERE ${key}`)
  }

  /** The oldest emoji first. */
  of(message: number, viewer: number): Reaction[] {
    // Most messages have none, which costs a tenth of the whole query to know.
    if (this.#any.get(message) === undefined) return []
    return this.#ofMessage.all({ message, viewer }).map(({ emoji, count, me }) => ({
      emoji,
      count,
      me: me === 1,
      by: this.#names.all(message, emoji),
    }))
  }

  count(message: number, emoji: string): number {
    return this.#count.get(message, emoji) as number
  }

  has(message: number, emoji: string, account: number): boolean {
    return this.#has.get({ message, emoji, account }) !== undefined
  }

  /** How many different emoji it has without this one. */
  otherEmoji(message: number, emoji: string): number {
    return this.#otherEmoji.get(message, emoji) as number
  }

  /** @param entry the id of the entry with which it is added */
  add(message: number, emoji: string, account: number, entry: number): void {
    this.#insert.run({ message, emoji, account, entry })
  }

  remove(message: number, emoji: string, account: number): void {
    this.#delete.run({ message, emoji, account })
  }
}
