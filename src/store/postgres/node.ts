import { randomUUID } from 'node:crypto'
import type { PresenceChange } from '../store.ts'
import { toArrayLiteral } from './connection.ts'
import type { Pool } from './pool.ts'

/**
 * This server among those that share the database: its lease, and the sessions that are present
 * by it. When it dies, they leave with its lease.
 */
export class Node {
  readonly id = randomUUID()
  readonly #pool
  readonly #leaseMs
  readonly #sessions = new Set<number>()

  /** @param leaseMs by the database's clock */
  constructor(pool: Pool, leaseMs: number) {
    this.#pool = pool
    this.#leaseMs = leaseMs
  }

  /** Sessions enter and leave here, in one transaction. */
  async changePresence({ enter: entering, leave }: PresenceChange): Promise<void> {
    const enter = entering.map(({ id }) => id)
    for (const session of leave) this.#sessions.delete(session)
    if (!(await this.#changePresence(enter, leave)))
      await this.#register([...this.#sessions, ...enter])
    for (const session of enter) this.#sessions.add(session)
  }

  /** They ended. */
  forgetSessions(sessions: readonly number[]): void {
    for (const session of sessions) this.#sessions.delete(session)
  }

  /**
   * Rings for itself, too. A node that finds its lease taken enters again with whom it holds.
   *
   * @param onNotify called when the ring is on its way
   */
  async renewLease(onNotify: () => void): Promise<void> {
    const [row] = await this.#pool.write((sql) => {
      onNotify()
      return sql<{ renewed: boolean }[]>`
        WITH renewed AS (
          UPDATE nodes SET lease_until = obrol_now() + ${this.#leaseMs}::bigint
          WHERE id = ${this.id} RETURNING 1
        )
        SELECT EXISTS (SELECT FROM renewed) AS renewed, pg_notify('obrol', ${this.id})`
    })
    if (!row?.renewed) await this.#register([...this.#sessions])
  }

  /** A restart is no exit: those who are here have their grace. */
  async markClosed(graceMs: number): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        UPDATE nodes SET closed = true, lease_until = obrol_now() + ${graceMs}::bigint
        WHERE id = ${this.id}`,
    )
  }

  async #register(sessions: number[]): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        INSERT INTO nodes (id, lease_until) VALUES (${this.id}, obrol_now() + ${this.#leaseMs}::bigint)
        ON CONFLICT (id) DO NOTHING`,
    )
    await this.#changePresence(sessions, [])
  }

  async #changePresence(enter: readonly number[], leave: readonly number[]): Promise<boolean> {
    if (enter.length === 0 && leave.length === 0) return true
    const [row] = await this.#pool.write(
      (sql) => sql<{ done: boolean }[]>`
        SELECT obrol_change_presence(${this.id}, ${toArrayLiteral(enter)}::bigint[], ${toArrayLiteral(leave)}::bigint[])
          AS done`,
    )
    return row?.done === true
  }
}
