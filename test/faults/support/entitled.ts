import type { LogEntry } from './log-entry.ts'

/** One membership: from the entry that began it to the one that ended it, if one did. */
interface Stay {
  from: number
  to: number
}

/**
 * Whether a stream carries an entry. `may`: it was so at first, but then the message was deleted, or the
 * person left the private room. Then it depends on when the stream came to it.
 */
export type Claim = 'must' | 'may' | 'never'

/** Past every id. */
const afterAll = Number.MAX_SAFE_INTEGER

/** Who was in which room at which id, and so who is told of an entry: by the log alone. */
export class Entitlement {
  readonly #log: ReadonlyMap<number, LogEntry>
  /** By room and name, the oldest first. */
  readonly #stays = new Map<string, Stay[]>()

  constructor(log: readonly LogEntry[]) {
    this.#log = new Map(log.map((entry) => [entry.id, entry]))
    for (const { id, kind, room, member } of log) {
      if (room === undefined || member === undefined) continue
      const stays = this.#staysIn(room.name, member)
      if (kind === 'joined') stays.push({ from: id, to: Number.POSITIVE_INFINITY })
      else if (kind === 'left') (stays.at(-1) as Stay).to = id
      this.#stays.set(`${room.name} ${member}`, stays)
    }
  }

  claim(entry: LogEntry, person: string): Claim {
    const { id, kind, room, member } = entry
    // Who joins or leaves is told, whatever comes after.
    if (member === person && (kind === 'joined' || kind === 'left')) return 'must'
    const message = this.messageOf(entry)
    if (message && !this.#isForReader(message, person)) return 'never'
    const stay = room && this.#stayAt(room.name, person, id)
    if (room && !stay) return 'never'
    const isWithheld = message?.deleted && kind !== 'deleted'
    const hasLeft = room?.access === 'private' && stay?.to !== Number.POSITIVE_INFINITY
    return isWithheld || hasLeft ? 'may' : 'must'
  }

  /** The same of a stream that was read after the end of the log, of which all is known. */
  claimAtEnd(entry: LogEntry, person: string): Exclude<Claim, 'may'> {
    const claim = this.claim(entry, person)
    if (claim !== 'may') return claim
    const { room } = entry
    const isMember = room === undefined || this.isMember(room.name, person, afterAll)
    const isReadable = isMember || room.access === 'open'
    const isDeleted = this.messageOf(entry)?.deleted && entry.kind !== 'deleted'
    return isReadable && !isDeleted ? 'must' : 'never'
  }

  /** Whether the room has the person as a member at the id, which neither begins nor ends that. */
  isMember(room: string, person: string, id: number): boolean {
    return this.#stayAt(room, person, id) !== undefined
  }

  /** Whether the person may read a message at some time from an id of the log on. */
  mayReadFrom(message: LogEntry, person: string, id: number): boolean {
    const { room } = message
    if (!this.#isForReader(message, person)) return false
    if (!room || room.access === 'open') return true
    return this.#staysIn(room.name, person).some(({ to }) => to > id)
  }

  /** The message that an entry is, or changes. */
  messageOf({ id, kind, ref }: LogEntry): LogEntry | undefined {
    return this.#log.get(kind === 'message' ? id : (ref ?? 0))
  }

  /** As far as that does not depend on the time of reading. */
  #isForReader({ id, from, to, room }: LogEntry, person: string): boolean {
    if (room) return room.history === 'all' || this.#stayAt(room.name, person, id) !== undefined
    return to === undefined || to === person || from === person
  }

  #stayAt(room: string, person: string, id: number): Stay | undefined {
    return this.#staysIn(room, person).find(({ from, to }) => from < id && id < to)
  }

  #staysIn(room: string, person: string): Stay[] {
    return this.#stays.get(`${room} ${person}`) ?? []
  }
}
