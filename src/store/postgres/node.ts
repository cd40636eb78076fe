import { randomUUID } from 'node:crypto'
import type { PresenceChange } from '../store.ts'
import { arrayOf } from './connection.ts'
import type { Pool } from './pool.ts'

/**
 * This server among those that share the database: its lease, and the sessions that are present
 * by it. When it dies, they leave with its lease.
 */
export class Node {
  readonly id = randomUUID()
  readonly #pool
  readonly #leaseMs
  readonly #held = new Set<number>()

  /** @param leaseMs by the database's clock */
  constructor(pool: Pool, leaseMs: number) {
    this.#pool = pool
    this.#leaseMs = leaseMs
  }

  /** Sessions enter and leave here, in one transaction. */
  async change({ enter: sessions, leave }: PresenceChange): Promise<void> {
    const enter = sessions.map(({ id }) => id)
    for (const session of leave) this.#held.delete(session)
    if (!(await this.#change(enter, leave))) await this.#join([...this.#held, ...enter])
    for (const session of enter) this.#held.add(session)
  }

  /** They ended. */
  forget(sessions: readonly number[]): void {
    for (const session of sessions) this.#held.delete(session)
  }

  /**
   * Rings for itself, too. A node that finds its lease taken enters again with whom it holds.
   *
   * @param onRing called when the ring is on its way
   */
  async renew(onRing: () => void): Promise<void> {
    const [row] = await this.#pool.write((sql) => {
      onRing()
      return sql<{ renewed: boolean }[]>`
        WITH renewed AS (
          UPDATE nodes SET lease_until = obrol_now() + ${this.#leaseMs}::bigint
          WHERE id = ${this.id} RETURNING 1
        )
        SELECT EXISTS (SELECT FROM renewed) AS renewed, pg_notify('obrol', ${this.id})`
    })
    if (!row?.renewed) await this.#join([...this.#held])
  }

  /** A restart is no exit: those who are here have their grace. */
  async leave(graceMs: number): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        UPDATE nodes SET closed = true, lease_until = obrol_now() + ${graceMs}::bigint
        WHERE id = ${this.id}`,
    )
  }

  async #join(sessions: number[]): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        INSERT INTO nodes (id, lease_until) VALUES (${this.id}, obrol_now() + ${this.#leaseMs}::bigint)
        ON CONFLICT (id) DO NOTHING`,
    )
    await this.#change(sessions, [])
  }

  async #change(enter: readonly number[], leave: readonly number[]): Promise<boolean> {
    if (enter.length === 0 && leave.length === 0) return true
    const [row] = await this.#pool.write(
      (sql) => sql<{ done: boolean }[]>`
        SELECT obrol_change_presence(${this.id}, ${arrayOf(enter)}::bigint[], ${arrayOf(leave)}::bigint[])
          AS done`,
    )
    return row?.done === true
  }
}
