import { formatEpoch } from '../../cursor-resolution.ts'
import type { Draft } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { RoomMember, RoomRole } from '../../room.ts'
import { decideRoom, type RoomChange } from '../../room-rules.ts'
import type { RoomCommand, RoomOutcome, RoomRefusal } from '../../room-store.ts'
import { lockClass, locks } from '../advisory-locks.ts'
import type { Sql } from '../connection.ts'
import { decideInLog, type Executed } from '../log/decide-in-log.ts'
import type { Pool } from '../pool.ts'
import { type FactsRow, selectFacts, toFacts } from './facts.ts'
import { selectView, stayOf, toView, type ViewRow } from './room-queries.ts'

/** Judges a command and carries it out: see `decideInLog`. */
export function executeRoomCommand(
  pool: Pool,
  session: number,
  command: RoomCommand,
  idempotency: Draft['idempotency'],
): Promise<Executed<RoomOutcome>> {
  return decideInLog(pool, {
    // No names are rebuilt while one is taken.
    before: (sql) =>
      command.kind === 'create'
        ? sql`SELECT pg_advisory_xact_lock_shared(${lockClass}, ${locks.nameForms})`
        : undefined,
    facts: (sql) => selectFacts(sql, session, command, idempotency),
    decide: (sql, facts) => decideAndWrite(sql, command, idempotency, facts),
  })
}

async function decideAndWrite(
  sql: Sql,
  command: RoomCommand,
  idempotency: Draft['idempotency'],
  row: FactsRow,
): Promise<Executed<RoomOutcome>> {
  const { caller, known } = row
  if (caller === null) return refuse(sql, 'session-ended')
  if (known) {
    const isSame = known.kind !== 'message' && known.digest === idempotency?.digest
    return isSame ? replay(sql, caller, known.audience) : refuse(sql, 'key-reused')
  }
  const facts = toFacts(row)
  const decision = decideRoom(command, facts)
  if ('refusal' in decision) return refuse(sql, decision.refusal)

  const key = command.kind === 'create' ? command.room.key : command.room
  const [[written], [view], [member]] = await Promise.all([
    decision.changes.length > 0
      ? writeChanges(sql, decision.changes, facts.caller, facts.room?.id, idempotency)
      : [],
    selectView(sql, caller.id, key),
    command.kind === 'put-member' ? selectMember(sql, key, command.user) : [],
    sql.unsafe('COMMIT'),
  ])
  const { name } = facts.room ?? (command as RoomCommand & { kind: 'create' }).room
  const outcome: RoomOutcome = {
    kind: 'done',
    room: toRoom(view, name),
    member: member ? toMember(member) : null,
    replayed: false,
    joined: decision.changes.some(({ kind }) => kind === 'join'),
  }
  if (!written) return { outcome }
  return { outcome, written: { epoch: formatEpoch(written.born), head: written.head } }
}

async function refuse(sql: Sql, kind: RoomRefusal): Promise<Executed<RoomOutcome>> {
  await sql.unsafe('ROLLBACK')
  return { outcome: { kind } }
}

/** Answers with the room that a key made before, as it is now. */
async function replay(sql: Sql, caller: Person, audience: number): Promise<Executed<RoomOutcome>> {
  const [[view]] = await Promise.all([selectView(sql, caller.id, audience), sql.unsafe('ROLLBACK')])
  const room = toRoom(view, (view as ViewRow).room.name)
  return { outcome: { kind: 'done', room, member: null, replayed: true, joined: false } }
}

/** The name alone where the caller may not read it any more. */
function toRoom(view: (ViewRow & { mayRead: boolean }) | undefined, name: string) {
  return view?.mayRead ? toView(view) : { name }
}

function writeChanges(
  sql: Sql,
  changes: readonly RoomChange[],
  actor: Person,
  room: number | undefined,
  idempotency: Draft['idempotency'],
) {
  const list = changes.map((change) => ({
    ...change,
    member: 'member' in change ? change.member.id : undefined,
  }))
  return sql<{ born: number; head: number }[]>`
    SELECT born, head FROM obrol_change_room(
      ${sql.json(list as never)}, ${actor.id}, ${room ?? null},
      ${idempotency?.key ?? null}, ${idempotency?.digest ?? null})`
}

type MemberRow = Person & { role: RoomRole; joinedAt: number }

/** Of the room with the key $1, the account with the key $2. */
const memberQuery = `
  SELECT people.id, people.username, stay.role, stay.joined_at AS "joinedAt"
  FROM (SELECT audience_id FROM rooms WHERE rooms.key = $1 LIMIT 1) AS rooms
  CROSS JOIN LATERAL (SELECT id, username FROM accounts WHERE accounts.key = $2 LIMIT 1) AS people
  ${stayOf('people.id')}`

function selectMember(sql: Sql, room: string, user: string) {
  return sql.unsafe<MemberRow[]>(memberQuery, [room, user], { prepare: true })
}

function toMember({ id, username, role, joinedAt }: MemberRow): RoomMember {
  return { person: { id, username }, role, joinedAt }
}
