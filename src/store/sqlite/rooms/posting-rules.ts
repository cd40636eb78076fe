import type { Outcome } from '../../message-log.ts'
import type { RoomRef } from '../../room.ts'
import { mayRead } from '../../room-rules.ts'
import type { Connection } from '../connection.ts'
import { RoomBans } from './room-bans.ts'
import { RoomStates } from './room-states.ts'

type Judgement = { audience: number; to: null; room: RoomRef } | Outcome

/** Who may post into a room. */
export class PostingRules {
  readonly #rooms
  readonly #bans

  constructor(connection: Connection) {
    this.#rooms = new RoomStates(connection)
    this.#bans = new RoomBans(connection)
  }

  /** @returns judges a post, each pair of a sender and the key of a room once in the transaction */
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
    const view = this.#rooms.byKey(sender, key)
    if (!view || !mayRead(view.room, view.membership?.role)) return { kind: 'unknown-room' }
    const { id, name, archived } = view.room
    if (view.membership === null) {
      return { kind: this.#bans.has(id, sender) ? 'forbidden' : 'not-a-member' }
    }
    if (archived) return { kind: 'room-archived' }
    return { audience: id, to: null, room: { id, name } }
  }
}
