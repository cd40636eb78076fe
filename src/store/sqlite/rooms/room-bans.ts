import type { RoomBan } from '../../room.ts'
import type { KeyRange } from '../../room-store.ts'
import type { Connection } from '../connection.ts'

type Row = { id: number; username: string; byId: number; by: string; at: number }

export class RoomBans {
  readonly #has
  readonly #insert
  readonly #delete
  readonly #list

  constructor(connection: Connection) {
    this.#has = connection
      .prepare<[number, number], number>(
        'SELECT 1 FROM room_bans WHERE audience_id = ? AND account_id = ?',
      )
      .pluck()
    this.#insert = connection.prepare<[number, number, number, number]>(
      'INSERT INTO room_bans (audience_id, account_id, by_id, at) VALUES (?, ?, ?, ?)',
    )
    this.#delete = connection.prepare<[number, number]>(
      'DELETE FROM room_bans WHERE audience_id = ? AND account_id = ?',
    )
    this.#list = connection.prepare<KeyRange & { room: number }, Row>(
      `SELECT banned.id, banned.username, by.id AS byId, by.username AS by, room_bans.at
       FROM room_bans
       CROSS JOIN accounts AS banned ON banned.id = room_bans.account_id
       CROSS JOIN accounts AS by ON by.id = room_bans.by_id
       WHERE room_bans.audience_id = :room AND (:after IS NULL OR banned.key > :after)
       ORDER BY banned.key LIMIT :limit`,
    )
  }

  has(room: number, account: number): boolean {
    return this.#has.get(room, account) !== undefined
  }

  add(room: number, account: number, by: number, now: number): void {
    this.#insert.run(room, account, by, now)
  }

  remove(room: number, account: number): void {
    this.#delete.run(room, account)
  }

  /** By username key. */
  list(room: number, range: KeyRange): RoomBan[] {
    return this.#list.all({ ...range, room }).map(({ id, username, byId, by, at }) => ({
      person: { id, username },
      by: { id: byId, username: by },
      at,
    }))
  }
}
