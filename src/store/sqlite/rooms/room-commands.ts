import type { Entry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { RoomMember, RoomRef, RoomView } from '../../room.ts'
import { decideRoom, mayRead, type RoomChange, type RoomFacts } from '../../room-rules.ts'
import type { RoomCall, RoomOutcome, RoomRefusal } from '../../room-store.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { EntryWriter } from '../log/entry-writer.ts'
import { IdempotencyKeys } from '../log/idempotency-keys.ts'
import { queriesOf } from '../queries-of.ts'
import { type ChangeEntry, RoomChanges, type RoomEvent } from './room-changes.ts'
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

  constructor(connection: Connection) {
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#keys = queriesOf(IdempotencyKeys, connection)
    this.#facts = queriesOf(RoomFactQueries, connection)
    this.#changes = queriesOf(RoomChanges, connection)
    this.#entries = queriesOf(EntryWriter, connection)
    this.#rooms = queriesOf(RoomStates, connection)
  }

  /**
   * @param now read after the lock was taken
   * @returns carries out a command
   */
  begin(now: number): (call: RoomCall) => Executed {
    const write = this.#entries.begin(now)
    return (call) => this.#execute(call, now, write)
  }

  #execute(
    { session, command, idempotency }: RoomCall,
    now: number,
    write: RoomEvent['write'],
  ): Executed {
    const caller = this.#accounts.ofSession(session, now)
    if (!caller) return refused('session-ended')
    const known = idempotency && this.#keys.find(caller.id, idempotency.key, now)
    if (known) {
      const { kind, roomId, roomName } = known.entry
      if (kind === 'message' || known.digest !== idempotency.digest) return refused('key-reused')
      const view = this.#rooms.byId(caller.id, roomId as number)
      const room = ifReadable(view) ?? { name: roomName as string }
      const outcome = { kind: 'done', room, member: null, replayed: true, joined: false } as const
      return { outcome, entries: [] }
    }
    const facts = this.#facts.of(command, caller, now)
    const decision = decideRoom(command, facts)
    if ('refusal' in decision) return refused(decision.refusal)
    const { room, entries } = this.#apply(decision.changes, facts.room, { caller, now, write })
    if (idempotency) this.#keys.add((entries[0] as ChangeEntry).id, caller.id, idempotency)
    const view = this.#rooms.byId(caller.id, room.id)
    const outcome: RoomOutcome = {
      kind: 'done',
      room: ifReadable(view) ?? { name: room.name },
      member: command.kind === 'put-member' ? this.#memberOf(room, facts, view) : null,
      replayed: false,
      joined: decision.changes.some(({ kind }) => kind === 'join'),
    }
    const told = { room: view?.room ?? { id: room.id, name: room.name }, hiddenFrom: [] }
    return { outcome, entries: entries.map((entry) => ({ ...entry, ...told })) }
  }

  /** @param room undefined where the first change makes it */
  #apply(
    changes: readonly RoomChange[],
    room: RoomRef | undefined,
    event: Omit<RoomEvent, 'room'>,
  ) {
    const entries: ChangeEntry[] = []
    let ref = room
    for (const change of changes) {
      if (change.kind === 'create') {
        ref = { id: this.#changes.create(change.room, event.now), name: change.room.name }
        continue
      }
      const entry = this.#changes.apply(change, { ...event, room: (ref as RoomRef).id })
      if (entry !== undefined) entries.push(entry)
    }
    return { room: ref as RoomRef, entries }
  }

  /** @param view the caller's, who may be the member */
  #memberOf(room: RoomRef, { caller, target }: RoomFacts, view: RoomView | undefined): RoomMember {
    const { id, username } = target as Person
    const stay = id === caller.id ? view?.membership : this.#rooms.membership(id, room.id)
    return { person: { id, username }, ...(stay as Stay) }
  }
}

type Stay = NonNullable<RoomView['membership']>

function ifReadable(view: RoomView | undefined): RoomView | undefined {
  return view && mayRead(view.room, view.membership?.role) ? view : undefined
}

function refused(kind: RoomRefusal): Executed {
  return { outcome: { kind }, entries: [] }
}
