import type { Draft, Entry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { RoomMember, RoomRef, RoomView } from '../../room.ts'
import { decideRoom, mayRead, type RoomChange } from '../../room-rules.ts'
import type { RoomCommand, RoomOutcome, RoomRefusal } from '../../room-store.ts'
import { toEntry } from '../../rows.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { type EntryRow, entryColumns, entryTables, roomRefOf } from '../log/entry-query.ts'
import { EntryWriter } from '../log/entry-writer.ts'
import { IdempotencyKeys } from '../log/idempotency-keys.ts'
import { RoomChanges, type RoomEvent } from './room-changes.ts'
import { RoomFactQueries } from './room-facts.ts'
import { RoomStates } from './room-states.ts'

type Executed = { outcome: RoomOutcome; entries: Entry[] }

/** Carries out commands to rooms. Must be called inside a write transaction. */
export class RoomCommands {
  readonly #accounts
  readonly #keys
  readonly #facts
  readonly #changes
  readonly #entries
  readonly #rooms
  readonly #byId

  constructor(connection: Connection) {
    this.#accounts = new AccountQueries(connection)
    this.#keys = new IdempotencyKeys(connection)
    this.#facts = new RoomFactQueries(connection)
    this.#changes = new RoomChanges(connection)
    this.#entries = new EntryWriter(connection)
    this.#rooms = new RoomStates(connection)
    this.#byId = connection.prepare<[number], EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables} WHERE entries.id = ?`,
    )
  }

  /** @param now read after the lock was taken */
  execute(
    session: number,
    command: RoomCommand,
    idempotency: Draft['idempotency'],
    now: number,
  ): Executed {
    const caller = this.#accounts.ofSession(session, now)
    if (!caller) return refused('session-ended')
    const known = idempotency && this.#keys.find(caller.id, idempotency.key, now)
    if (known) {
      const { kind, roomId, roomName } = known.entry
      if (kind === 'message' || known.digest !== idempotency.digest) return refused('key-reused')
      const room = this.#roomFor(caller, { id: roomId as number, name: roomName as string })
      const outcome = { kind: 'done', room, member: null, replayed: true, joined: false } as const
      return { outcome, entries: [] }
    }
    const facts = this.#facts.of(command, caller)
    const decision = decideRoom(command, facts)
    if ('refusal' in decision) return refused(decision.refusal)
    const event = { caller, now, write: this.#entries.begin(now) }
    const { room, ids } = this.#apply(decision.changes, facts.room, event)
    if (idempotency) this.#keys.add(ids[0] as number, caller.id, idempotency)
    const outcome: RoomOutcome = {
      kind: 'done',
      room: this.#roomFor(caller, room),
      member: command.kind === 'put-member' ? this.#memberOf(room, facts.target as Person) : null,
      replayed: false,
      joined: decision.changes.some(({ kind }) => kind === 'join'),
    }
    return { outcome, entries: ids.map((id) => this.#entry(id)) }
  }

  /** @param room undefined where the first change makes it */
  #apply(
    changes: readonly RoomChange[],
    room: RoomRef | undefined,
    event: Omit<RoomEvent, 'room'>,
  ) {
    const ids: number[] = []
    let ref = room
    for (const change of changes) {
      if (change.kind === 'create') {
        ref = { id: this.#changes.create(change.room, event.now), name: change.room.name }
        continue
      }
      const id = this.#changes.apply(change, { ...event, room: (ref as RoomRef).id })
      if (id !== undefined) ids.push(id)
    }
    return { room: ref as RoomRef, ids }
  }

  #roomFor(viewer: Person, { id, name }: RoomRef): RoomView | { name: string } {
    const view = this.#rooms.byId(viewer.id, id)
    return view && mayRead(view.room, view.membership?.role) ? view : { name }
  }

  #memberOf(room: RoomRef, person: Person): RoomMember {
    const stay = this.#rooms.byId(person.id, room.id)?.membership as Stay
    return { person: { id: person.id, username: person.username }, ...stay }
  }

  /** As it is published: with the state that the room has after all changes. */
  #entry(id: number): Entry {
    const row = this.#byId.get(id) as EntryRow
    return toEntry(row, this.#rooms.byId(0, row.roomId as number)?.room ?? roomRefOf(row))
  }
}

type Stay = NonNullable<RoomView['membership']>

function refused(kind: RoomRefusal): Executed {
  return { outcome: { kind }, entries: [] }
}
