import type { Connection } from '../connection.ts'

/** Messages that one step blanks: behind a step of 100 an append waits some 1 ms, behind 1,000 some 30. */
const ROWS_PER_STEP = 100

type Room = { id: number; blankedTo: number; deletedAt: number }

/** Takes away what deleted messages said. Must be called inside a write transaction. */
export class Blanking {
  readonly #blank
  readonly #deleteReactions
  readonly #nextRoom
  readonly #entries
  readonly #advance

  constructor(connection: Connection) {
    this.#blank = connection.prepare<[number, number]>(
      `UPDATE entries
       SET text = '', ref_id = NULL, metadata = NULL, mentions = NULL, edited_at = NULL, deleted_at = ?
       WHERE id = ? AND kind = 'message' AND deleted_at IS NULL`,
    )
    this.#deleteReactions = connection.prepare<[number]>(
      'DELETE FROM reactions WHERE message_id = ?',
    )
    this.#nextRoom = connection.prepare<[], Room>(
      `SELECT rooms.audience_id AS id, rooms.blanked_to AS blankedTo, deletion.sent_at AS deletedAt
       FROM rooms INDEXED BY rooms_to_blank
       CROSS JOIN entries AS deletion ON deletion.id = rooms.deleted_id
       WHERE rooms.blanked_to IS NOT NULL LIMIT 1`,
    )
    this.#entries = connection
      .prepare<[number, number], number>(
        `SELECT id FROM entries INDEXED BY entries_messages
         WHERE audience_id = ? AND kind = 'message' AND id > ? ORDER BY id LIMIT ${ROWS_PER_STEP}`,
      )
      .pluck()
    this.#advance = connection.prepare<[number | null, number]>(
      'UPDATE rooms SET blanked_to = ? WHERE audience_id = ?',
    )
  }

  message(id: number, deletedAt: number): void {
    this.#blank.run(deletedAt, id)
    this.#deleteReactions.run(id)
  }

  /** Whether a deleted room has messages that are not blanked. */
  hasRooms(): boolean {
    return this.#nextRoom.get() !== undefined
  }

  /**
   * Blanks some messages of a deleted room, where `hasRooms`. One statement for each: of what one overwrites
   * in many rows SQLite keeps a copy.
   */
  stepOfRoom(): void {
    const room = this.#nextRoom.get() as Room
    const ids = this.#entries.all(room.id, room.blankedTo)
    for (const id of ids) this.message(id, room.deletedAt)
    this.#advance.run(ids.length < ROWS_PER_STEP ? null : (ids.at(-1) as number), room.id)
  }
}
