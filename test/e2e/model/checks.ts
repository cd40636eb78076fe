import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Chain } from './chain.ts'
import { invariant } from './invariant.ts'
import { sees } from './model.ts'
import { names } from './people.ts'
import type { PageWanted } from './types.ts'
import type { World } from './world.ts'

const deadlineMs = 10_000

/** Everyone who reads comes to the head, and then holds exactly what they should. */
export async function catchUp(world: World): Promise<void> {
  const { log, figures } = world.model
  const session = await world.sessionOf(names[0])
  // A broadcast goes to everyone: with it a stream has come past all that was said before.
  await world.moment((posted) => world.post({ session, text: 'catch up' }, posted))
  for (const chain of reading(world)) {
    const arrived = () => {
      chain.take()
      return chain.ready && chain.atHead
    }
    await chain.reader?.until(arrived, `message ${log.head}`)
    chain.behind = false
    const { lost, void: made, leaked } = chain.audit()
    figures.lost += lost
    figures.void += made
    figures.leaked += leaked
    invariant(lost + made + leaked === 0, 'lost, void, leaked', [lost, made, leaked])
  }
  world.attend()
}

/** Everything comes to rest; then what the server says of people is what they did. */
export async function rest(world: World): Promise<void> {
  const { log } = world.model
  for (const chain of world.chains) chain.readOn()
  await catchUp(world)
  await presence(world)
  // As many as there are, one more and one less.
  for (const [at, person] of names.entries()) {
    const limit = log.seen(person).length - 1 + at
    await history(world, person, { limit: Math.min(200, Math.max(1, limit)) })
    const hidden = log.entries.findLast((entry) => !sees(person, entry))
    for (const id of [log.oldest, hidden?.id ?? log.head]) await single(world, person, id)
  }
}

/** A page of history is the model's. */
export async function history(world: World, person: string, wanted: PageWanted): Promise<void> {
  const guest = world.guest(await world.sessionOf(person))
  const query = new URLSearchParams(
    Object.entries(wanted).map(([name, value]) => [name, `${value}`]),
  )
  const { status, body } = await guest.call('GET', `/v1/messages?${query}`)
  if (wanted.with !== undefined && !world.model.people.reached.has(wanted.with)) {
    invariant(status === 404 && body.type === '/problems/unknown-recipient', 'with nobody', body)
    return
  }
  const page = world.model.log.page(person, wanted)
  invariant(isDeepStrictEqual(body, page), `the page ${query} of ${person}`, [body, page])
}

/** One message, which is there only for those who may see it. */
export async function single(world: World, person: string, id: number): Promise<void> {
  const guest = world.guest(await world.sessionOf(person))
  const { status, body } = await guest.call('GET', `/v1/messages/${id}`)
  const [entry] = world.model.log.seen(person, id - 1, id)
  invariant(status === (entry ? 200 : 404), `message ${id} for ${person}`, body)
  if (entry) invariant(isDeepStrictEqual(body, entry), `message ${id} for ${person}`, body)
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
    return chain.told?.agrees(list) ?? true
  }
  await chain.reader?.until(
    agrees,
    `presence of ${list} instead of ${[...(chain.told?.people ?? [])]}`,
  )
}

function reading(world: World): Chain[] {
  return world.chains.filter((chain) => chain.open && !chain.stalled)
}
