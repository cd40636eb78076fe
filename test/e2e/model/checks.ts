import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Chain } from './chain.ts'
import { sidebar } from './conversations.ts'
import { invariant } from './invariant.ts'
import { asOf, type Log, never, stayOf } from './model.ts'
import { isKnown, names, roomNames } from './people.ts'
import { plain } from './posts.ts'
import { pageOf, tellRoomTo, tellTo } from './telling.ts'
import type { PageWanted } from './types.ts'
import type { World } from './world.ts'

const deadlineMs = 10_000

/** Everyone who reads comes to the head, and then holds exactly what they should. */
export async function catchUp(world: World): Promise<void> {
  const { log } = world.model
  const session = await world.sessionOf(names[0])
  // A broadcast goes to everyone: with it a stream has come past all that was said before.
  await world.moment((calls) => world.post({ session, text: 'catch up' }, calls))
  for (const chain of reading(world)) {
    // A cursor that moves over what is left out is told by a heartbeat alone.
    if (!chain.carries('message') && world.options.heartbeats === 'rare') continue
    const arrived = () => {
      chain.take()
      return chain.ready && chain.atHead
    }
    await chain.reader?.until(arrived, `message ${log.head}`)
    chain.behind = false
  }
  world.attend()
}

/** Everything comes to rest; then what the server says of people is what they did. */
export async function rest(world: World): Promise<void> {
  const { log } = world.model
  for (const chain of world.chains) chain.readOn()
  await catchUp(world)
  await presence(world)
  for (const [at, person] of names.entries()) {
    // As many as there are, one more and one less.
    const limit = pageOf(log, person, { limit: 200 })?.messages.length ?? 0
    await history(world, person, { limit: Math.min(200, Math.max(1, limit - 1 + at)) })
    await rooms(world, person)
    for (const limit of [200, 2]) await sidebar(world, person, limit)
    for (const name of roomNames) await history(world, person, { room: name, limit: 200 })
    for (const id of remarkable(log, person)) await single(world, person, id)
  }
}

/** The oldest, and of each conversation the newest that someone may read and the newest that they may not. */
function remarkable(log: Log, person: string): Set<number> {
  const found = new Map([['oldest', log.oldest]])
  for (const [index, { kind, audience }] of log.entries.entries()) {
    const id = index + 1
    if (kind !== 'message' || id < log.oldest) continue
    found.set(`${JSON.stringify(audience)} ${log.mayRead(person, id)}`, id)
  }
  return new Set(found.values())
}

/** A page of history is the model's. */
export async function history(world: World, person: string, wanted: PageWanted): Promise<void> {
  const { log, figures } = world.model
  const guest = world.guest(await world.sessionOf(person))
  const { room, ...rest } = wanted
  const query = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, `${value}`]))
  const path = room === undefined ? '/v1/messages' : `/v1/rooms/${room}/messages`
  const { status, body } = await guest.call('GET', `${path}?${query}`)
  const page = pageOf(log, person, wanted)
  const problem =
    page === undefined
      ? 'unknown-room'
      : wanted.with !== undefined && !isKnown(wanted.with) && 'unknown-recipient'
  if (problem) {
    figures.count(figures.pages, problem)
    invariant(status === 404 && body.type === `/problems/${problem}`, `due was ${problem}`, body)
    return
  }
  figures.count(figures.pages, room === undefined ? 'page' : 'of a room')
  for (const { deletedAt, reactions } of body.messages) {
    if (deletedAt) figures.count(figures.pages, 'tombstone')
    if (reactions) figures.count(figures.pages, 'reactions')
  }
  same(body, page, `the page ${path}?${query} of ${person}`)
}

/** One message, which is there only for those who may see it. */
export async function single(world: World, person: string, id: number): Promise<void> {
  const { log, figures } = world.model
  const guest = world.guest(await world.sessionOf(person))
  const { status, body } = await guest.call('GET', `/v1/messages/${id}`)
  const said = log.said[id]
  const isSeen = said && id >= log.oldest && id <= log.head && log.mayRead(person, id)
  const due = !isSeen ? 404 : said.deleted === never ? 200 : 410
  figures.count(figures.pages, `by id ${due}`)
  invariant(status === due, `message ${id} for ${person} was to be ${due}`, body)
  if (due === 200) same(body, tellTo(person, log, id), `message ${id} for ${person}`)
}

/** The rooms that someone can find, and the members of those. */
async function rooms(world: World, person: string): Promise<void> {
  const { log } = world.model
  const guest = world.guest(await world.sessionOf(person))
  const mine = log.rooms.filter(({ name }) => log.roomNamed(name, person))
  const readable = mine.filter(({ deleted }) => deleted === never)
  readable.sort((one, other) => (one.name < other.name ? -1 : 1))
  const due = readable.map((room) => tellRoomTo(person, room, log.head))
  const list = await guest.call('GET', '/v1/rooms')
  same(list.body, { rooms: due, more: false }, `the rooms of ${person}`)
  const own = readable.filter((room) => stayOf(person, room, log.head))
  const joined = await guest.call('GET', '/v1/rooms?joined=true')
  const names = joined.body.rooms.map(({ name }: { name: string }) => name)
  same(
    names,
    own.map(({ name }) => name),
    `the own rooms of ${person}`,
  )
  for (const room of readable) {
    const stay = stayOf(person, room, log.head)
    const moderates =
      stay && asOf(stay.roles, log.head) !== 'member' && !room.banned.includes(person)
    const bans = await guest.call('GET', `/v1/rooms/${room.name}/bans`)
    const banned = bans.body.bans?.map(({ username }: { username: string }) => username)
    same(banned, moderates ? [...room.banned].sort() : undefined, `who is banned, for ${person}`)
    const { body } = await guest.call('GET', `/v1/rooms/${room.name}/members`)
    const stays = room.stays.filter(({ to }) => to === never)
    const members = stays.map((stay) => {
      const { person: username, joinedAt } = stay
      return { username, role: asOf(stay.roles, log.head), joinedAt }
    })
    members.sort((one, other) => (one.username < other.username ? -1 : 1))
    const listed = body.members.map(({ online, ...rest }: { online: boolean }) => rest)
    same(listed, members, `the members of ${room.name} for ${person}`)
    const one = await guest.call('GET', `/v1/rooms/${room.name}`)
    same(one.body, tellRoomTo(person, room, log.head), `the room ${room.name} for ${person}`)
  }
}

/** What came is what was due, but for the times of deletions. */
export function same(body: unknown, due: unknown, what: string): void {
  const isSame = body === due || isDeepStrictEqual(plain(body ?? null), plain(due ?? null))
  invariant(isSame, what, [body, due])
}

/** Resolves when so many more heartbeats have come. */
export async function heartbeats({ reader }: Chain, more: number): Promise<void> {
  const count = () => reader?.events.filter(({ event }) => event === 'heartbeat').length ?? 0
  const enough = count() + more
  await reader?.until(() => count() >= enough, 'heartbeats')
}

async function presence(world: World): Promise<void> {
  const { people } = world.model
  const guest = world.guest(await world.sessionOf(names[0]))
  const due = names.filter((name) => people.isOnline(name) === 'yes')
  const open = names.filter((name) => people.isOnline(name) !== 'no')
  const brief = world.options.grace === 'short'
  const until = Date.now() + deadlineMs
  for (;;) {
    const { body } = await guest.call('GET', '/v1/users/online')
    const list: string[] = body.users.map(({ username }: { username: string }) => username)
    const isDue = due.every((name) => list.includes(name))
    const isOpen = list.every((name) => (brief ? due : open).includes(name as never))
    invariant(isDue || !world.alone, `${due} are online, and listed are`, list)
    if (isDue && isOpen) {
      invariant(body.count === list.length && !body.more, 'the count of the list', body)
      invariant(isDeepStrictEqual(list, [...list].sort()), 'the order of the list', list)
      if (brief) people.haveLeft()
      for (const chain of reading(world)) await hears(chain, list)
      return
    }
    invariant(Date.now() < until, `${due} are online, and long since listed are`, list)
    await delay(10)
  }
}

/** What a stream told of presence comes to what the list says. */
async function hears(chain: Chain, list: readonly string[]): Promise<void> {
  const agrees = () => {
    chain.take()
    return chain.presence?.agrees(list) ?? true
  }
  await chain.reader?.until(
    agrees,
    `presence of ${list} instead of ${[...(chain.presence?.people ?? [])]}`,
  )
}

function reading(world: World): Chain[] {
  return world.chains.filter((chain) => chain.open && !chain.stalled)
}
