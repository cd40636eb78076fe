import { formatEpoch } from '../../cursor-resolution.ts'
import type { Draft } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import { decideRoom, type RoomChange } from '../../room-rules.ts'
import type { RoomCall, RoomOutcome, RoomRefusal } from '../../room-store.ts'
import { lockClass, locks } from '../advisory-locks.ts'
import type { Sql } from '../connection.ts'
import { decideInLog, type Executed } from '../log/decide-in-log.ts'
import type { Pool } from '../pool.ts'
import { type FactsRow, selectFacts, toFacts } from './facts.ts'
import { type ChangedRoomRow, selectChangedRooms, toView } from './room-queries.ts'

/**
 * Judges commands and carries them out: see `decideInLog`. All are judged by facts from before the first:
 * see `countIndependent`.
 */
export function executeRoomCommands(
  pool: Pool,
  calls: readonly RoomCall[],
): Promise<Executed<RoomOutcome>[]> {
  return decideInLog(pool, {
    // No names are rebuilt while one is taken.
    before: (sql) =>
      calls[0]?.command.kind === 'create'
        ? sql`SELECT pg_advisory_xact_lock_shared(${lockClass}, ${locks.nameForms})`
        : undefined,
    facts: (sql) => selectFacts(sql, calls),
    decide: (sql, rows) => {
      const decided = calls.map((call, at) => decide(call, rows[at] as FactsRow))
      return carryOut(sql, decided, calls[0]?.idempotency)
    },
  })
}

/** What a command does, and what its outcome tells. */
interface Accepted {
  caller: Person
  /** The id of the room; undefined where the first change makes it. */
  audience: number | undefined
  /** The key of a room that is made. */
  key: string | undefined
  changes: readonly RoomChange[]
  /** Whose membership is told. */
  member: Person | undefined
  replayed: boolean
}

function decide(
  { command, idempotency }: RoomCall,
  row: FactsRow,
): Accepted | { refusal: RoomRefusal } {
  const { caller, known } = row
  if (caller === null) return { refusal: 'session-ended' }
  const nothing = { caller, key: undefined, changes: [], member: undefined }
  if (known) {
    const isSame = known.kind !== 'message' && known.digest === idempotency?.digest
    // The room that the key made before is told as it is now.
    return isSame
      ? { ...nothing, audience: known.audience, replayed: true }
      : { refusal: 'key-reused' }
  }
  const facts = toFacts(row)
  const decision = decideRoom(command, facts)
  if ('refusal' in decision) return decision
  return {
    ...nothing,
    audience: facts.room?.id,
    ...(command.kind === 'create' && { key: command.room.key }),
    ...(command.kind === 'put-member' && { member: facts.target }),
    changes: decision.changes,
    replayed: false,
  }
}

/** Writes what was decided, by one statement, and reads what it left. */
async function carryOut(
  sql: Sql,
  decided: readonly ReturnType<typeof decide>[],
  idempotency: Draft['idempotency'] | undefined,
): Promise<Executed<RoomOutcome>[]> {
  const accepted = decided.filter((one): one is Accepted => !('refusal' in one))
  const changes = accepted.flatMap(toChangeRows)
  const [[written], rooms] = await Promise.all([
    changes.length > 0 ? writeChanges(sql, changes, idempotency) : [],
    accepted.length > 0 ? selectChangedRooms(sql, accepted) : [],
    sql.unsafe('COMMIT'),
  ])
  const left = rooms.values()
  return decided.map((one) => {
    if ('refusal' in one) return { outcome: { kind: one.refusal } }
    const outcome = toOutcome(one, left.next().value as ChangedRoomRow)
    if (!written || one.changes.length === 0) return { outcome }
    return { outcome, written: { epoch: formatEpoch(written.born), head: written.head } }
  })
}

/** As `obrol_change_rooms` in `migrations/postgres/0006-rooms.sql` takes them. */
function toChangeRows({ caller, audience, changes }: Accepted): object[] {
  return changes.map((change) => ({
    ...change,
    audience,
    actor: caller.id,
    member: 'member' in change ? change.member.id : undefined,
  }))
}

function writeChanges(
  sql: Sql,
  changes: readonly object[],
  idempotency: Draft['idempotency'] | undefined,
) {
  return sql<{ born: number; head: number }[]>`
    SELECT born, head FROM obrol_change_rooms(
      ${sql.json(changes as never)}, ${idempotency?.key ?? null}, ${idempotency?.digest ?? null})`
}

function toOutcome(
  { changes, member: person, replayed }: Accepted,
  { member, mayRead, ...view }: ChangedRoomRow,
): RoomOutcome {
  return {
    kind: 'done',
    // The name alone where the caller may not read it any more.
    room: mayRead ? toView(view) : { name: view.room.name },
    member: person && member ? { person, ...member } : null,
    replayed,
    joined: changes.some(({ kind }) => kind === 'join'),
  }
}
