import { copyFileSync, constants as flags } from 'node:fs'
import { type Connection, connect } from '../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../src/store/sqlite/data-directory.ts'
import { asObrol, type Data, makeFolder, type OnSqlite, startProcess } from './obrol.ts'
import { makePeople } from './people.ts'
import { firstEntry, insertMember, insertRoom, roomName, seed } from './seed.ts'

/**
 * A database that has grown. Its first person is the viewer, who was away; its second one reads pages
 * of a room and of a conversation that the viewer is not in.
 */
export interface History {
  /** How many entries. */
  entries: number
  /** The newest entry that the viewer has. */
  seenUpTo: number
  accounts: number
  rooms: number
  /** Rooms of each account but the viewer. */
  roomsEach: number
  /** Of others. */
  conversations: number
  viewer: { rooms: number; conversations: number }
}

/** Messages to the viewer after `seenUpTo`. */
export const missed = 100

/** Messages in the paged room, and in the paged conversation, whatever the log's length. */
const paged = 400

/** Words of the usual length. */
const text = 'so many words that it is as long as most messages are'

/** The paged room's number. */
export const pagedRoom = ({ viewer }: History): number => viewer.rooms

/** The paged conversation is with this person. */
export const pagedPerson = 'person2'

/** The newest entry. */
export const headOf = ({ entries }: History): number => firstEntry + entries - 1

/** Obrol on such a database, which is made once and copied for each round. */
export function obrolWithHistory(name: string, history: History): OnSqlite {
  let made: Promise<Data> | undefined
  async function makeData(): Promise<Data> {
    made ??= makeHistory(history)
    const { folder, ...data } = await made
    // Later rounds copy it, too.
    return { ...data, folder: { path: folder.path, remove() {} } }
  }
  return {
    name,
    makeData,
    async start() {
      const { folder: from, people, head } = await makeData()
      const folder = makeFolder()
      const file = (path: string) => dataFiles(path).database
      copyFileSync(file(from.path), file(folder.path), flags.COPYFILE_FICLONE)
      const { stop, ...process } = await startProcess(folder.path, {})
      return {
        ...process,
        ...asObrol(people, 'none'),
        ...(head !== undefined && { head }),
        async stop() {
          await stop()
          folder.remove()
        },
      }
    },
  }
}

/** Makes it in a folder that goes when the benchmark ends. */
export async function makeHistory(history: History): Promise<Data> {
  const folder = makeFolder()
  const people = makePeople(2)
  await seed(folder.path, people)
  const connection = connect(dataFiles(folder.path).database)
  // The rows fit together, and a cut here is the end of the benchmark.
  for (const pragma of ['foreign_keys = OFF', 'synchronous = OFF', 'cache_size = -400000'])
    connection.pragma(pragma)
  fill(connection, history)
  connection.pragma('wal_checkpoint(TRUNCATE)')
  connection.close()
  return { folder, people, head: headOf(history) }
}

function fill(connection: Connection, history: History): void {
  const { accounts, rooms, roomsEach, conversations, viewer, entries } = history
  const audiences = new Audiences(history)
  const now = Date.now()
  const account = connection.prepare(
    "INSERT INTO accounts (id, username, key, password_hash, created_at) VALUES (:id, :name, :name, '-', :now)",
  )
  const audience = connection.prepare(
    'INSERT INTO audiences (id, type, low_id, high_id) VALUES (?, ?, ?, ?)',
  )
  const room = connection.prepare(insertRoom)
  const member = connection.prepare(insertMember)
  const talker = connection.prepare(
    `INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
     VALUES (:account, :id, 0, 'member', :account, :now)`,
  )
  const entry = connection.prepare(
    `INSERT INTO entries (id, kind, audience_id, actor_id, target_id, text, sent_at)
     VALUES (?, 'message', ?, ?, ?, '${text}', ?)`,
  )
  connection.transaction(() => {
    const indexes = dropIndexes(connection)
    // Two of them are there already.
    for (let id = 3; id <= accounts; id++) account.run({ id, name: `person${id - 1}`, now })
    const members = new Uint32Array(rooms)
    function enter(account: number, number: number): void {
      const role = members[number] === 0 ? 'owner' : 'member'
      members[number] = (members[number] as number) + 1
      member.run({ account, id: audiences.ofRoom(number), role, now })
    }
    for (let number = 0; number < viewer.rooms; number++) enter(1, number)
    for (let id = 2; id <= accounts; id++)
      for (let nth = 0; nth < roomsEach; nth++) enter(id, (id * 13 + nth * 1_999) % rooms)
    for (const [number, count] of members.entries()) {
      const id = audiences.ofRoom(number)
      audience.run(id, 'room', null, null)
      room.run({ id, name: roomName(number), members: count, now })
    }
    for (let number = 0; number < viewer.conversations + conversations; number++) {
      const id = audiences.ofConversation(number)
      const [one, other] = audiences.people(number)
      audience.run(id, 'direct', Math.min(one, other), Math.max(one, other))
      for (const account of [one, other]) talker.run({ account, id, now })
    }
    for (let id = firstEntry; id <= headOf(history); id++) {
      const number = audiences.of(id)
      const sentAt = now - entries + id
      if (number >= 0) entry.run(id, audiences.ofRoom(number), 1 + (id % accounts), null, sentAt)
      else {
        const [one, other] = audiences.people(-number - 1)
        const [from, to] = id % 2 === 0 ? [one, other] : [other, one]
        entry.run(id, audiences.ofConversation(-number - 1), from, to, sentAt)
      }
    }
    for (const { sql } of indexes) connection.exec(sql)
  })()
}

/** Takes the indexes off the entries: made at the end, they cost a third of the time. */
function dropIndexes(connection: Connection): { sql: string }[] {
  const indexes = connection
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'entries' AND sql IS NOT NULL",
    )
    .all()
  for (const { name } of indexes) connection.exec(`DROP INDEX ${name}`)
  return indexes
}

/** Which entry is whose: the same each time, and as if by chance. */
export class Audiences {
  readonly #history: History
  readonly #count: number
  readonly #every: number

  constructor(history: History) {
    this.#history = history
    const { rooms, viewer, conversations } = history
    this.#count = rooms + viewer.conversations + conversations
    this.#every = Math.floor(history.entries / paged / 2)
  }

  /** Neighbours have no ids close to each other: they would share pages of the index. */
  ofRoom(number: number): number {
    // 1 is everyone's.
    return 2 + ((number * 104_729) % this.#count)
  }

  ofConversation(number: number): number {
    return this.ofRoom(this.#history.rooms + number)
  }

  /** The accounts of a conversation, of which the first ones are the viewer's. */
  people(number: number): readonly [number, number] {
    const { viewer, accounts } = this.#history
    const mine = viewer.conversations
    if (number < mine) return [1, 3 + number]
    const others = accounts - 1
    const nth = number - mine
    const first = nth % others
    return [2 + first, 2 + ((first + 1 + Math.floor(nth / others)) % others)]
  }

  /** Whether an entry is the viewer's. */
  isViewers(id: number): boolean {
    const { seenUpTo } = this.#history
    if (id <= seenUpTo) return id % 20 === 0
    const every = Math.floor((headOf(this.#history) - seenUpTo) / missed)
    return (id - seenUpTo) % every === 0 && (id - seenUpTo) / every <= missed
  }

  /** The number of an entry's room; below 0 it is that of its conversation, from -1 down. */
  of(id: number): number {
    const { rooms, viewer, conversations } = this.#history
    if (this.isViewers(id)) {
      const nth = mixed(id) % (viewer.rooms + viewer.conversations)
      return nth < viewer.rooms ? nth : -1 - (nth - viewer.rooms)
    }
    if (id % this.#every === 1) return pagedRoom(this.#history)
    if (id % this.#every === 2) return -1 - viewer.conversations
    const nth = mixed(id) % (rooms - viewer.rooms - 1 + conversations - 1)
    const roomNth = viewer.rooms + 1 + nth
    return roomNth < rooms ? roomNth : -1 - (viewer.conversations + 1 + roomNth - rooms)
  }

  /** The viewer's entries after those that they have. */
  missedIds(): number[] {
    const ids: number[] = []
    for (let id = this.#history.seenUpTo + 1; id <= headOf(this.#history); id++)
      if (this.isViewers(id)) ids.push(id)
    return ids
  }

  /** The viewer's conversations, each with its newest message: so many, the newest first. */
  newestConversations(count: number): { id: string; lastId: number }[] {
    const newest = new Map<number, { id: string; lastId: number }>()
    for (let id = headOf(this.#history); id >= firstEntry && newest.size < count; id--) {
      const number = this.of(id)
      if (!this.isViewers(id) || newest.has(number)) continue
      const [, other] = this.people(-number - 1)
      const name = number >= 0 ? `room:${roomName(number)}` : `direct:person${other - 1}`
      newest.set(number, { id: name, lastId: id })
    }
    return [...newest.values()]
  }

  /** The messages of the paged room, or of the paged conversation. */
  pagedIds(number: number): number[] {
    const ids: number[] = []
    for (let id = firstEntry; id <= headOf(this.#history); id++)
      if (this.of(id) === number) ids.push(id)
    return ids
  }
}

/** A number below 2^32 that looks drawn by chance (the finalizer of MurmurHash3). */
function mixed(id: number): number {
  let hash = id
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
