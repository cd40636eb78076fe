import { randomUUID } from 'node:crypto'
import type { PresenceChange } from '../presence-store.ts'
import { toArrayLiteral } from './connection.ts'
import type { Pool } from './pool.ts'
import type { ReapOptions } from './read-changes.ts'

export interface NodeLeaseOptions {
  /** By the database's clock, in ms. */
  leaseMs: number
  /** How long sessions stay present after a node was shut down, in ms. */
  graceMs: number
}

export interface LeaseListener {
  /** The notification that a node sends to itself with each renewal is on its way. */
  probeSent(): void
  renewalFailed(): void
  /** A renewal succeeded after one or more had failed. */
  recovered(): void
  /** Presence may have changed: this node rejoined, or sessions of a dead node left. */
  presenceChanged(): void
}

const retriedLater = () => {}

/** The number of the newest migration, without which a node gets no lease: see 0006-rooms.sql. */
const schemaVersion = 6

/**
 * This server as one of the nodes that share the database: its lease, and the sessions that are
 * present by it. If it dies, they leave when the lease has expired.
 *
 * The round trip of a lease, by the database's clock:
 * 1. `renew` extends it three times a lease. The same statement notifies this node itself, as the probe
 *    of `notification-monitor.ts`.
 * 2. Each poll of each node looks for expired leases of others (`read-changes.ts`).
 * 3. A node that finds one calls `reap`, which deletes the dead nodes and their presence. It must have
 *    been connected for a whole lease (`connectivity-monitor.ts`), and its own last renewal confirmed:
 *    what cut this node off may have cut off the others, whose renewals are then on their way.
 * 4. To every node the departures come with a poll, like any change of presence (`applied-changes.ts`).
 * 5. A node that was only cut off finds the gap at its next poll and calls `rejoin`. If its lease was
 *    deleted, it inserts a new one and enters its sessions again. Until then it does not count as
 *    reconnected (`change-poller.ts`).
 * 6. A node that is shut down shortens its lease to the grace period (`markClosed`).
 */
export class NodeLease {
  readonly id = randomUUID()
  readonly #pool
  readonly #options: NodeLeaseOptions
  readonly #sessions = new Set<number>()
  #listener: LeaseListener | undefined
  #timer: NodeJS.Timeout | undefined
  /** Whether the last renewal failed or is not yet answered. */
  #unconfirmed = false
  #rejoining = false
  #reaping: Promise<void> | undefined
  #closed = false

  constructor(pool: Pool, options: NodeLeaseOptions) {
    this.#pool = pool
    this.#options = options
  }

  subscribe(listener: LeaseListener): void {
    this.#listener = listener
  }

  /** Whether there was a gap in the connection and the lease has not been renewed since. */
  get isRejoining(): boolean {
    return this.#rejoining
  }

  /** In one transaction. */
  async changePresence({ enter: entering, leave }: PresenceChange): Promise<void> {
    const enter = entering.map(({ id }) => id)
    for (const session of leave) this.#sessions.delete(session)
    if (!(await this.#changePresence(enter, leave)))
      await this.#register([...this.#sessions, ...enter])
    for (const session of enter) this.#sessions.add(session)
  }

  forgetSessions(sessions: readonly number[]): void {
    for (const session of sessions) this.#sessions.delete(session)
  }

  /**
   * Renews the lease now, then three times per lease, or twelve times after a failure.
   *
   * @throws {Unavailable | OutcomeUnknown}
   */
  async renew(): Promise<void> {
    clearTimeout(this.#timer)
    const failedBefore = this.#unconfirmed
    const wasRejoining = this.#rejoining
    this.#unconfirmed = true
    try {
      await this.#renew()
      this.#unconfirmed = false
      if (failedBefore) this.#listener?.recovered()
      if (wasRejoining) {
        this.#rejoining = false
        this.#listener?.presenceChanged()
      }
    } catch (error) {
      this.#listener?.renewalFailed()
      throw error
    } finally {
      const ms = this.#options.leaseMs / (this.#unconfirmed ? 12 : 3)
      if (!this.#closed) this.#timer = setTimeout(() => this.renew().catch(retriedLater), ms)
    }
  }

  /** After a renewal that failed, only one that succeeds proves that the database takes writes. */
  async assertWritable(): Promise<void> {
    if (this.#unconfirmed) await this.renew()
  }

  /** To be called after a gap, during which other nodes may have deleted the lease. */
  rejoin(): void {
    if (this.#rejoining) return
    this.#rejoining = true
    this.renew().catch(retriedLater)
  }

  /** @param connectedMs how long this node has been connected without a gap */
  reapOptions(connectedMs: number): ReapOptions {
    return { ...this.#options, node: this.id, connectedMs: this.#unconfirmed ? 0 : connectedMs }
  }

  /** Deletes nodes whose lease has expired. If that fails, the next poll finds them again. */
  reap({ node, connectedMs, leaseMs, graceMs }: ReapOptions): void {
    this.#reaping ??= this.#pool
      .write((sql) => sql`SELECT obrol_reap(${node}, ${connectedMs}, ${leaseMs}, ${graceMs})`)
      .then(() => this.#listener?.presenceChanged())
      .catch(retriedLater)
      .finally(() => {
        this.#reaping = undefined
      })
  }

  /** Renews no more. */
  stop(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  /** The sessions stay present for their grace, in which clients may reconnect to another node. */
  async markClosed(): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        UPDATE nodes SET closed = true, lease_until = obrol_now() + ${this.#options.graceMs}::bigint
        WHERE id = ${this.id}`,
    )
  }

  /** A node whose lease was deleted enters its sessions again. */
  async #renew(): Promise<void> {
    const [row] = await this.#pool.write((sql) => {
      this.#listener?.probeSent()
      return sql<{ renewed: boolean }[]>`
        WITH renewed AS (
          UPDATE nodes SET lease_until = obrol_now() + ${this.#options.leaseMs}::bigint
          WHERE id = ${this.id} RETURNING 1
        )
        SELECT EXISTS (SELECT FROM renewed) AS renewed, pg_notify('obrol', ${this.id})`
    })
    if (!row?.renewed) await this.#register([...this.#sessions])
  }

  async #register(sessions: number[]): Promise<void> {
    await this.#pool.write(
      (sql) => sql`
        INSERT INTO nodes (id, lease_until, version)
        VALUES (${this.id}, obrol_now() + ${this.#options.leaseMs}::bigint, ${schemaVersion})
        ON CONFLICT (id) DO NOTHING`,
    )
    await this.#changePresence(sessions, [])
  }

  /** @returns false if this node has no lease */
  async #changePresence(enter: readonly number[], leave: readonly number[]): Promise<boolean> {
    if (enter.length === 0 && leave.length === 0) return true
    const [row] = await this.#pool.write(
      (sql) => sql<{ done: boolean }[]>`
        SELECT obrol_change_presence(
          ${this.id}, ${toArrayLiteral(enter)}::bigint[], ${toArrayLiteral(leave)}::bigint[]) AS done`,
    )
    return row?.done === true
  }
}
