import type { LogBounds } from '../../message-log.ts'
import type { Memberships } from '../../room-store.ts'
import type { StoreUpdate } from '../../store.ts'
import type { Connection } from '../connection.ts'
import { LogBoundsQuery } from '../log/bounds.ts'
import { queriesOf } from '../queries-of.ts'

/**
 * The rooms of an account, which each stream has to know before it begins. Most people may be in none:
 * who ever was in one is in memory, some 20 bytes each, and nothing is read for the others.
 */
export class MembershipQueries {
  readonly #rooms
  readonly #lastLeft
  readonly #accounts: Set<number>
  /** Of the last update. */
  #bounds: LogBounds

  /** @param connection to a database that no thread writes to yet */
  constructor(connection: Connection) {
    this.#rooms = connection
      .prepare<[number], number>(
        `SELECT audience_id FROM members INDEXED BY members_rooms
         WHERE account_id = ? AND left_id IS NULL AND joined_id > 0`,
      )
      .pluck()
    this.#lastLeft = connection
      .prepare<[number], number>(
        `SELECT coalesce(max(left_id), 0) FROM members INDEXED BY members_rooms
         WHERE account_id = ? AND joined_id > 0`,
      )
      .pluck()
    const accounts = connection
      .prepare<[], number>(
        'SELECT DISTINCT account_id FROM members INDEXED BY members_rooms WHERE joined_id > 0',
      )
      .pluck()
    this.#accounts = new Set(accounts.all())
    this.#bounds = queriesOf(LogBoundsQuery, connection).read()
  }

  /** The answer for an account that is known never to have been in a room. */
  ofNone(account: number): Memberships | undefined {
    if (this.#accounts.has(account)) return undefined
    return { head: this.#bounds.head, rooms: [], lastLeftId: 0 }
  }

  /** @param head of the snapshot that is read */
  of(account: number, head: number): Memberships {
    const lastLeftId = this.#lastLeft.get(account) as number
    return { head, rooms: this.#rooms.all(account), lastLeftId }
  }

  applyUpdate({ bounds, entries }: StoreUpdate): void {
    this.#bounds = bounds
    for (const entry of entries) if (entry.kind === 'joined') this.#accounts.add(entry.member.id)
  }
}
