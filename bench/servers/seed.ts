import { connect } from '../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Person } from './people.ts'

/**
 * Inserts users and sessions into a data directory before its server starts: registering each user
 * would cost 40 ms of password hashing, which is not what is measured.
 */
export async function seed(folder: string, people: readonly Person[]): Promise<void> {
  const store = await openSqliteStore({ folder, onFatal: () => {} })
  await store.close()
  const connection = connect(dataFiles(folder).database)
  const account = connection.prepare(
    "INSERT INTO accounts (id, username, key, password_hash, created_at) VALUES (?, ?, ?, '-', ?)",
  )
  const session = connection.prepare(
    'INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
  )
  const now = Date.now()
  connection.transaction(() => {
    for (const person of people) {
      account.run(person.account, person.username, person.username, now)
      session.run(person.session, person.account, now - (now % 1000), person.expiresAt * 1000)
    }
  })()
  connection.close()
}

/** The rooms by their number, each as its members' numbers; its first member owns it. */
export type Rooms = readonly (readonly number[])[]

/** The log of a database with rooms begins here, as if what is older had been trimmed. */
export const firstEntry = 2

/** Everyone joined with this entry, which the log has no more. */
const joinedEntry = firstEntry - 1

/**
 * Inserts rooms into a database that `seed` made: open ones, named as `roomName` says.
 *
 * @returns the newest entry of the log
 */
export function seedRooms(folder: string, rooms: Rooms): number {
  const connection = connect(dataFiles(folder).database)
  const now = Date.now()
  const audience = connection.prepare("INSERT INTO audiences (id, type) VALUES (?, 'room')")
  const room = connection.prepare(insertRoom)
  const member = connection.prepare(insertMember)
  connection.transaction(() => {
    for (const [number, members] of rooms.entries()) {
      // 1 is everyone's.
      const id = number + 2
      audience.run(id)
      room.run({ id, name: roomName(number), members: members.length, now })
      for (const [index, person] of members.entries())
        member.run({ account: person + 1, id, role: index === 0 ? 'owner' : 'member', now })
    }
    connection
      .prepare(
        "INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at) VALUES (?, 'message', 1, 1, 'x', ?)",
      )
      .run(firstEntry, now)
  })()
  connection.close()
  return firstEntry
}

/** The name of a room by its number, from 0. */
export function roomName(number: number): string {
  return `room${number}`
}

/** With `id`, `name`, `members` and `now`. */
export const insertRoom = `
  INSERT INTO rooms (audience_id, name, key, title, topic, access, history, archived, member_count, created_at)
  VALUES (:id, :name, :name, :name, '', 'open', 'all', 0, :members, :now)`

/** With `account`, `id`, `role` and `now`. */
export const insertMember = `
  INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
  VALUES (:account, :id, ${joinedEntry}, :role, :account, :now)`
