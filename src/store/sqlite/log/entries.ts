import type { Entry } from '../../message-log.ts'
import { type ChangeKind, isChange, toEntry } from '../../rows.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomStates } from '../rooms/room-states.ts'
import { type EntryRow, roomRefOf } from './entry-query.ts'
import { memoize } from './memoize.ts'
import { MessageQueries } from './message-queries.ts'
import { Reactions } from './reactions.ts'

/** Entries as a stream tells them. */
export class Entries {
  readonly #rooms
  readonly #messages
  readonly #reactions
  readonly #isCovered

  constructor(connection: Connection) {
    this.#rooms = queriesOf(RoomStates, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#reactions = queriesOf(Reactions, connection)
    this.#isCovered = connection.prepare<{ viewer: number; room: number; id: number }>(
      `SELECT 1 FROM members
       WHERE account_id = :viewer AND audience_id = :room AND joined_id <= :id
         AND (left_id IS NULL OR left_id >= :id) LIMIT 1`,
    )
  }

  /**
   * @returns makes the entry of a row that the viewer's streams carry; undefined where it is passed over:
   * a deleted message, a change of one or of one that was trimmed or that they may not see
   */
  toldTo(viewer: number): (row: EntryRow) => Entry | undefined {
    const roomOf = this.#rooms.readableBy(viewer)
    const messageOf = memoize((id: number) => this.#messages.find(id))
    const maySee = memoize((id: number) => {
      const room = messageOf(id)?.room
      if (!room || roomOf(room.id)?.history !== 'since-joined') return true
      return this.#isCovered.get({ viewer, room: room.id, id }) !== undefined
    })
    const told = (row: EntryRow, kind: ChangeKind): Entry | undefined => {
      const id = row.replyTo as number
      const message = messageOf(id)
      if (!message || (message.deletedAt !== undefined && kind !== 'deleted') || !maySee(id))
        return undefined
      const by = { id: row.actorId, username: row.actor }
      const change = { id: row.id, message, by, hiddenFrom: [] }
      if (kind === 'edited' || kind === 'deleted') return { kind, ...change }
      return { kind, ...change, emoji: row.text, count: this.#reactions.count(id, row.text) }
    }
    return (row) => {
      const { kind, roomId } = row
      if (kind === 'message') return row.deletedAt === null ? this.#messages.ofRow(row) : undefined
      if (isChange(kind)) return told(row, kind)
      return toEntry(row, roomOf(roomId as number) ?? roomRefOf(row))
    }
  }
}
