import type { MembershipEntry, RoomEntry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { RoomRole } from '../../room.ts'
import type { LeaveReason, RoomChange } from '../../room-rules.ts'
import type { NewRoom, RoomFields } from '../../room-store.ts'
import type { Connection } from '../connection.ts'
import { ReadMarkers } from '../conversations/read-markers.ts'
import type { EntryFields } from '../log/entry-writer.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomBans } from './room-bans.ts'

/** An entry without the room as it is told: that depends on the changes after it. */
export type ChangeEntry =
  | Omit<MembershipEntry, 'room' | 'hiddenFrom'>
  | Omit<RoomEntry, 'room' | 'hiddenFrom'>

/** What happens to a room, and by whom. */
export interface RoomEvent {
  room: number
  caller: Person
  now: number
  /** Stores an entry, and returns its id. */
  write: (entry: EntryFields) => number
}

/** Writes the changes that `decideRoom` decided on. Must be called inside a write transaction. */
export class RoomChanges {
  readonly #bans
  readonly #markers
  readonly #insertAudience
  readonly #insertRoom
  readonly #insertSkeleton
  readonly #insertMember
  readonly #endStay
  readonly #endStays
  readonly #setRole
  readonly #countMembers
  readonly #update
  readonly #delete
  readonly #deleteSkeletons
  readonly #deleteBans

  constructor(connection: Connection) {
    this.#bans = queriesOf(RoomBans, connection)
    this.#markers = queriesOf(ReadMarkers, connection)
    this.#insertAudience = connection
      .prepare<[], number>("INSERT INTO audiences (type) VALUES ('room') RETURNING id")
      .pluck()
    this.#insertRoom = connection.prepare<
      [number, string, string, string, string, string, string, number]
    >(
      `INSERT INTO rooms (audience_id, name, key, title, topic, access, history, created_at,
                          archived, member_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
    )
    this.#insertSkeleton = connection.prepare<[string, number]>(
      'INSERT INTO room_skeletons (skeleton, audience_id) VALUES (?, ?)',
    )
    this.#insertMember = connection.prepare<[number, number, number, RoomRole, number, number]>(
      `INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    const stay = 'account_id = ? AND audience_id = ? AND left_id IS NULL AND joined_id > 0'
    this.#endStay = connection.prepare<[number, number, number]>(
      `UPDATE members INDEXED BY members_rooms SET left_id = ? WHERE ${stay}`,
    )
    this.#endStays = connection.prepare<[number, number]>(
      `UPDATE members SET left_id = ?
       WHERE audience_id = ? AND left_id IS NULL AND joined_id > 0`,
    )
    this.#setRole = connection.prepare<[RoomRole, number, number]>(
      `UPDATE members INDEXED BY members_rooms SET role = ? WHERE ${stay}`,
    )
    this.#countMembers = connection.prepare<[number, number]>(
      'UPDATE rooms SET member_count = member_count + ? WHERE audience_id = ?',
    )
    this.#update = connection.prepare<RoomParameters>(
      `UPDATE rooms
       SET title = coalesce(:title, title), topic = coalesce(:topic, topic),
           access = coalesce(:access, access), archived = coalesce(:archived, archived)
       WHERE audience_id = :room`,
    )
    this.#delete = connection.prepare<[number, number]>(
      `UPDATE rooms
       SET key = NULL, title = '', topic = '', member_count = 0, deleted_id = ?, blanked_to = 0
       WHERE audience_id = ?`,
    )
    this.#deleteSkeletons = connection.prepare<[number]>(
      'DELETE FROM room_skeletons WHERE audience_id = ?',
    )
    this.#deleteBans = connection.prepare<[number]>('DELETE FROM room_bans WHERE audience_id = ?')
  }

  /** @returns the id of the new room */
  create({ name, key, skeletons, title, topic, access, history }: NewRoom, now: number): number {
    const id = this.#insertAudience.get() as number
    this.#insertRoom.run(id, name, key, title, topic, access, history, now)
    for (const skeleton of skeletons) this.#insertSkeleton.run(skeleton, id)
    return id
  }

  /** @returns what its entry tells; undefined for a change that is no entry */
  apply(
    change: Exclude<RoomChange, { kind: 'create' }>,
    event: RoomEvent,
  ): ChangeEntry | undefined {
    const { room, caller, now } = event
    switch (change.kind) {
      case 'ban':
        this.#bans.add(room, change.member.id, caller.id, now)
        return undefined
      case 'unban':
        this.#bans.remove(room, change.member.id)
        return undefined
      case 'join':
        return this.#join(change, event)
      case 'leave': {
        const entry = memberEntry(event, 'left', change.member, null, change.reason)
        this.#endStay.run(entry.id, change.member.id, room)
        this.#countMembers.run(-1, room)
        this.#markers.end(change.member.id, room)
        return entry
      }
      case 'set-role':
        this.#setRole.run(change.role, change.member.id, room)
        return memberEntry(event, 'role-changed', change.member, change.role, null)
      case 'update':
        this.#update.run({ room, ...parametersOf(change.fields) })
        return roomEntry(event, 'room-updated')
      case 'delete': {
        const entry = roomEntry(event, 'room-deleted')
        this.#markers.endOfRoom(room)
        this.#endStays.run(entry.id, room)
        this.#delete.run(entry.id, room)
        this.#deleteSkeletons.run(room)
        this.#deleteBans.run(room)
        return entry
      }
    }
  }

  #join({ member, role }: { member: Person; role: RoomRole }, event: RoomEvent): ChangeEntry {
    const { room, caller, now } = event
    const entry = memberEntry(event, 'joined', member, role, null)
    this.#insertMember.run(member.id, room, entry.id, role, caller.id, now)
    this.#countMembers.run(1, room)
    this.#markers.move(member.id, room, entry.id)
    return entry
  }
}

type RoomParameters = Record<'title' | 'topic' | 'access', string | null> & {
  archived: number | null
  room: number
}

function parametersOf({ title, topic, access, archived }: RoomFields) {
  return {
    title: title ?? null,
    topic: topic ?? null,
    access: access ?? null,
    archived: archived === undefined ? null : Number(archived),
  }
}

function memberEntry(
  { write, room, caller, now }: RoomEvent,
  kind: MembershipEntry['kind'],
  member: Person,
  role: RoomRole | null,
  reason: LeaveReason | null,
): ChangeEntry {
  const text = (role ?? reason) as string
  const id = write({ kind, audience: room, actor: caller.id, target: member.id, text })
  return { kind, id, at: now, by: caller, member, role, reason }
}

function roomEntry({ write, room, caller }: RoomEvent, kind: RoomEntry['kind']): ChangeEntry {
  const id = write({ kind, audience: room, actor: caller.id, target: null, text: '' })
  return { kind, id, by: caller }
}
