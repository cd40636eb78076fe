import type { Outcome } from '../../message-log.ts'
import type { RoomAccess, RoomRef, RoomRole } from '../../room.ts'
import { mayRead } from '../../room-rules.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomBans } from './room-bans.ts'

type Judgement = { audience: number; to: null; room: RoomRef } | Outcome

type Row = RoomRef & { access: RoomAccess; archived: 0 | 1; role: RoomRole | null }

/** Who may post into a room. */
export class PostingRules {
  readonly #room
  readonly #bans

  constructor(connection: Connection) {
    // Not the whole room, as each column of each post costs something.
    this.#room = connection.prepare<[number, string], Row>(
      `SELECT rooms.audience_id AS id, rooms.name, rooms.access, rooms.archived,
              (SELECT role FROM members INDEXED BY members_rooms
               WHERE account_id = ? AND left_id IS NULL AND audience_id = rooms.audience_id
                 AND joined_id > 0) AS role
       FROM rooms WHERE rooms.key = ?`,
    )
    this.#bans = queriesOf(RoomBans, connection)
  }

  /** @returns judges a post; the answer for a sender and the key of a room stays in the transaction */
  begin(): (sender: number, key: string) => Judgement {
    const judgements = new Map<string, Judgement>()
    return (sender, key) => {
      const pair = `${sender} ${key}`
      const known = judgements.get(pair)
      if (known) return known
      const judgement = this.#judge(sender, key)
      judgements.set(pair, judgement)
      return judgement
    }
  }

  #judge(sender: number, key: string): Judgement {
    const row = this.#room.get(sender, key)
    if (!row || !mayRead(row, row.role ?? undefined)) return { kind: 'unknown-room' }
    const { id, name, archived, role } = row
    if (role === null) return { kind: this.#bans.has(id, sender) ? 'forbidden' : 'not-a-member' }
    if (archived === 1) return { kind: 'room-archived' }
    return { audience: id, to: null, room: { id, name } }
  }
}
