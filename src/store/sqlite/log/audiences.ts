import type { Connection } from '../connection.ts'

/** The audience of everyone. */
export const EVERYONE = 1

/** Of two people, the one with the lower id is first. */
type Pair = [low: number, high: number]

/** The direct conversations: each two people have one, and so has each with themselves. */
export class Audiences {
  readonly #between
  readonly #insert
  readonly #insertMember

  constructor(connection: Connection) {
    this.#between = connection
      .prepare<Pair, number>('SELECT id FROM audiences WHERE low_id = ? AND high_id = ?')
      .pluck()
    this.#insert = connection
      .prepare<Pair, number>(
        "INSERT INTO audiences (type, low_id, high_id) VALUES ('direct', ?, ?) RETURNING id",
      )
      .pluck()
    this.#insertMember = connection.prepare<[number, number, number, number]>(
      `INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
       VALUES (?, ?, 0, 'member', ?, ?)`,
    )
  }

  /** Undefined before the first message. */
  between(one: number, other: number): number | undefined {
    return this.#between.get(...pairOf(one, other))
  }

  /** Begins a conversation with the first message of a sender. */
  begin(sender: number, recipient: number, now: number): number {
    const audience = this.#insert.get(...pairOf(sender, recipient)) as number
    for (const account of new Set([sender, recipient]))
      this.#insertMember.run(account, audience, sender, now)
    return audience
  }
}

function pairOf(one: number, other: number): Pair {
  return one < other ? [one, other] : [other, one]
}
