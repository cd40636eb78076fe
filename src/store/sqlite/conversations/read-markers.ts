import type { Connection } from '../connection.ts'

type Key = [account: number, audience: number]

/** How far people have read. Writes must be called inside a write transaction. */
export class ReadMarkers {
  readonly #move
  readonly #mute
  readonly #delete
  readonly #deleteOfRoom

  constructor(connection: Connection) {
    this.#move = connection.prepare<[...Key, number]>(
      `INSERT INTO read_markers (account_id, audience_id, read_up_to, muted) VALUES (?, ?, ?, 0)
       ON CONFLICT (account_id, audience_id) DO UPDATE SET read_up_to = excluded.read_up_to
       WHERE excluded.read_up_to > read_up_to`,
    )
    this.#mute = connection.prepare<[...Key, number]>(
      `INSERT INTO read_markers (account_id, audience_id, read_up_to, muted) VALUES (?, ?, 0, ?)
       ON CONFLICT (account_id, audience_id) DO UPDATE SET muted = excluded.muted`,
    )
    this.#delete = connection.prepare<Key>(
      'DELETE FROM read_markers WHERE account_id = ? AND audience_id = ?',
    )
    this.#deleteOfRoom = connection.prepare<{ room: number }>(
      `DELETE FROM read_markers
       WHERE audience_id = :room AND account_id IN (
         SELECT account_id FROM members INDEXED BY members_of_room
         WHERE audience_id = :room AND left_id IS NULL AND joined_id > 0)`,
    )
  }

  /** @returns whether it was before that place */
  move(account: number, audience: number, upTo: number): boolean {
    return this.#move.run(account, audience, upTo).changes > 0
  }

  mute(account: number, audience: number, muted: boolean): void {
    this.#mute.run(account, audience, Number(muted))
  }

  /** Someone leaves a room. */
  end(account: number, room: number): void {
    this.#delete.run(account, room)
  }

  /** A room is deleted, while its members still are. */
  endOfRoom(room: number): void {
    this.#deleteOfRoom.run({ room })
  }
}
