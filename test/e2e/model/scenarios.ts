import type { Chain } from './chain.ts'
import { catchUp, heartbeats, rest } from './checks.ts'
import { names } from './people.ts'
import type { Act, Wanted, World } from './world.ts'

/** What seldom comes about by chance, since it takes several steps or much text. */

/** Four rounds of sixteen are more than the sockets of a loopback connection hold. */
const large = '🐟'.repeat(25_000)

/**
 * A reader stops reading while more is said than its socket holds, or comes back to that much and
 * takes nothing of it. Someone comes or leaves, the log may be trimmed, and it reads on: what it did
 * not get it must get now, or be told that it is gone.
 */
export async function slowReader(
  world: World,
  { chosen, restart, trim }: { chosen: number; restart: boolean; trim: boolean },
): Promise<void> {
  await catchUp(world)
  const chain = await someone(world, chosen)
  // The others would have to read it all.
  const others = world.chains.filter((other) => other.open && (restart || other !== chain))
  await world.moment(...others.map((other) => () => other.cut()))
  const before = `${world.model.log.head}-${world.model.log.epoch}`
  if (!restart) chain.stall()
  for (let round = 0; round < 4; round++) await sayAtOnce(world, large, 16)
  if (restart) {
    await world.restart()
    await listen(world, chain, { at: 'own', patient: false })
    chain.stall()
    // When another has read all that, this one's socket has been filled: they are served in turn.
    const fast = world.chains.find((other) => other !== chain) as Chain
    await listen(world, fast, { at: { cursor: before } })
    await world.moment(() => fast.cut())
  }
  // It was said last, and is past what the socket took: nothing of it may come any more.
  const { id, session } = newestLarge(world)
  await world.moment((calls) => world.change(session, { does: 'delete', id }, calls))
  chain.withheld = id
  const other = world.chains.find(({ person }) => person !== chain.person) as Chain
  if (world.options.grace === 'long') await logOutAll(world, other.person)
  else await listen(world, other, { at: { cursor: undefined } })
  await catchUp(world)
  if (trim) await world.trim(world.model.log.head)
  chain.readOn()
  await rest(world)
  // Or everyone who begins at the oldest would read it all again. The newest stays whatever is due.
  await world.trim(world.model.log.head + 1)
}

function newestLarge({ model: { log, people } }: World): { id: number; session: number } {
  const id =
    log.entries.findLastIndex((entry) => entry.kind === 'message' && entry.message.text === large) +
    1
  const [session = 0] = people.sessionsOf(log.entry(id).by)
  return { id, session }
}

/** Someone leaves to whom something was said: saying it again is a replay, and saying more is refused. */
export async function retryToTheGone(world: World, chosen: number): Promise<void> {
  await catchUp(world)
  const { person } = await someone(world, chosen)
  const session = await world.sessionOf(names.find((name) => name !== person) ?? person)
  const post = { session, to: person, keep: false, text: 'are you there?' }
  const keyed = { ...post, key: `once-${world.model.log.head}` }
  await world.moment((calls) => world.post(keyed, calls))
  await logOutAll(world, person)
  await world.moment(
    (calls) => world.post(keyed, calls),
    (calls) => world.post(post, calls),
  )
}

/** Everyone has left and all come at once: each hears of those who come after. */
export async function allComeAtOnce(world: World): Promise<void> {
  for (const chain of world.chains) chain.readOn()
  await catchUp(world)
  for (const person of names) await logOutAll(world, person)
  const wanted: Wanted[] = []
  for (const chain of world.chains) {
    const session = await world.sessionOf(chain.person)
    wanted.push({ chain, session, at: 'own', presence: 'full', inQuery: false, patient: true })
  }
  await world.moment(...wanted.map((each) => () => world.listen(each)))
  await rest(world)
}

/** The log is trimmed, and someone comes with the last cursor that is good, or the one before it. */
export async function trim(world: World, chosen: number): Promise<void> {
  await catchUp(world)
  const { log } = world.model
  await world.trim(log.oldest + (chosen % (log.head - log.oldest + 2)))
  const chain = world.chains[chosen % world.chains.length] as Chain
  if (chain.open) await world.moment(() => chain.cut())
  const edge = Math.max(0, log.oldest - 1 - (chosen % 2))
  await listen(world, chain, { at: { cursor: `${edge}-${log.epoch}` } })
}

/** A kept message was drained at a heartbeat: a stream without a cursor does not get it again. */
export async function reachedByHeartbeat(world: World, chosen: number): Promise<void> {
  await catchUp(world)
  const chain = await someone(world, chosen)
  const session = await world.sessionOf('bob')
  const post = { session, to: chain.person, keep: true, text: 'reached by a heartbeat' }
  await world.moment((calls) => world.post(post, calls))
  await catchUp(world)
  // By the second the first has found everything drained.
  await heartbeats(chain, 2)
  world.model.people.hasReached(chain.person, chain.newestToMe)
  await world.moment(() => chain.cut())
  await listen(world, chain, { at: { cursor: undefined } })
}

/** A client that reads, is live and hears of presence. */
export async function someone(world: World, chosen: number): Promise<Chain> {
  const chain = world.chains[chosen % world.chains.length] as Chain
  if (chain.open) await world.moment(() => chain.cut())
  await listen(world, chain, { at: 'own' })
  await catchUp(world)
  return chain
}

async function logOutAll(world: World, person: string): Promise<void> {
  for (const session of world.model.people.sessionsOf(person)) await world.logOut(session)
}

async function sayAtOnce(world: World, text: string, times: number): Promise<void> {
  const session = await world.sessionOf('bob')
  const say: Act = (calls) => world.post({ session, text }, calls)
  await world.moment(...Array<Act>(times).fill(say))
}

export async function listen(
  world: World,
  chain: Chain,
  { at, patient = true }: { at: Wanted['at']; patient?: boolean },
): Promise<void> {
  const session = await world.sessionOf(chain.person)
  const wanted: Wanted = { chain, session, at, presence: 'full', inQuery: false, patient }
  await world.moment(() => world.listen(wanted))
}
