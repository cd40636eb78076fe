import fc from 'fast-check'
import {
  type ChangeWish,
  choice,
  conversation,
  type Deed,
  deed,
  type MarkWish,
  markWish,
  type PageWish,
  pageWish,
  person,
  toChange,
  toCursor,
  toPage,
  toPost,
} from './arbitraries.ts'
import type { Chain } from './chain.ts'
import { catchUp, history, rest, single } from './checks.ts'
import { markRead, mute, type } from './conversations.ts'
import type { Calls, Post } from './posts.ts'
import { allComeAtOnce, reachedByHeartbeat, retryToTheGone, slowReader, trim } from './scenarios.ts'
import { tour } from './tour.ts'
import type { Act, Model, World } from './world.ts'

type Command = fc.AsyncCommand<World, World>

/** Something that happens, with the numbers it was drawn with. It is left out where it cannot be. */
function command<Wish>(
  name: string,
  wishes: fc.Arbitrary<Wish>,
  run: (world: World, wish: Wish) => Promise<void>,
  check: (world: World) => boolean = () => true,
): fc.Arbitrary<Command> {
  return wishes.map((wish) => {
    const described = `${name}${wish === null ? '' : `(${JSON.stringify(wish)})`}`
    return {
      check,
      run: (_, world) => {
        world.model.figures.commands++
        world.history.push(`${name}:`)
        return run(world, wish)
      },
      toString: () => described,
    }
  })
}

const none = fc.constant(null)

/** Several things at once; all that comes of it is judged when all of it is done. */
const moment = command(
  'moment',
  fc.array(deed, { minLength: 1, maxLength: 10, size: 'max' }),
  doAtOnce,
)

/** What may happen, and how often beside the others: a restart takes as long as thirty moments. */
const weighted: [number, fc.Arbitrary<Command>][] = [
  [200, moment],
  [25, command('catchUp', none, catchUp)],
  [4, command('rest', none, rest)],
  [16, command('page', fc.tuple(person, pageWish), pageOf)],
  [6, command('single', fc.tuple(person, choice), singleOf)],
  [14, command('markRead', markWish, markReadAt)],
  [4, command('mute', fc.tuple(conversation, fc.boolean()), (world, wish) => mute(world, ...wish))],
  [5, command('type', conversation, type)],
  [1, command('tour', none, tour)],
  [1, command('restart', none, (world) => world.restart())],
  [2, command('backUp', none, (world) => world.backUp())],
  [
    4,
    command(
      'restore',
      choice,
      (world, at) => world.restore(at),
      ({ backups }) => backups.count > 0,
    ),
  ],
  [8, command('trim', choice, trim)],
  [
    2,
    command(
      'slowReader',
      fc.record({ chosen: choice, restart: fc.boolean(), trim: fc.boolean() }),
      slowReader,
    ),
  ],
  [6, command('logOut', choice, logOut)],
  [2, command('retryToTheGone', choice, retryToTheGone)],
  [2, command('allComeAtOnce', none, allComeAtOnce)],
  [3, command('logIn', person, async (world, name) => void (await world.logIn(name)))],
  [
    3,
    command(
      'reachedByHeartbeat',
      choice,
      reachedByHeartbeat,
      ({ options }) => options.heartbeats === 'frequent',
    ),
  ],
]

/** What may happen to a server and its people, in any order. */
export const commands = fc.commands(
  [fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })))],
  { maxCommands: 200, size: 'max' },
)

async function doAtOnce(world: World, deeds: readonly Deed[]): Promise<void> {
  const { model } = world
  const acts: Act[] = []
  const busy = new Set<Chain>()
  const changes: ChangeWish[] = []
  for (const deed of deeds) {
    if (deed.does === 'post') {
      const post = toPost(deed.post, model)
      for (let time = 0; time < deed.times; time++) {
        acts.push((calls) => world.post(post, calls))
      }
      continue
    }
    if (deed.does === 'retry') {
      const post = model.keyedPosts[deed.post % model.keyedPosts.length]
      if (post === undefined) continue
      const session = await world.sessionOf(ownerOf(post, model), deed.session)
      acts.push((calls) => world.post({ ...post, session }, calls))
      continue
    }
    if (deed.does === 'change') {
      changes.push(deed.change)
      continue
    }
    const chain = world.chains[deed.chain] as Chain
    if (busy.has(chain)) continue
    busy.add(chain)
    if (deed.does === 'listen') {
      if (chain.open) await world.moment(() => chain.cut())
      const session = await world.sessionOf(chain.person, deed.session)
      const { events, inQuery, patient } = deed
      const presence =
        events && !(events as readonly string[]).includes('presence') ? 'none' : deed.presence
      const at = toCursor(deed.cursor, model)
      acts.push(() => world.listen({ chain, session, at, presence, events, inQuery, patient }))
    } else if (chain.ready) {
      acts.push(() => {
        world.history.push(`${deed.does} ${chain.person}'s stream ${deed.chain}`)
        chain[deed.does]()
      })
    }
  }
  const [first, ...others] = changes
  if (first) acts.push((calls) => changeOf(world, first, calls))
  await world.moment(...acts)
  for (const wish of others) await world.moment((calls) => changeOf(world, wish, calls))
}

async function changeOf(world: World, wish: ChangeWish, calls: Calls): Promise<void> {
  const { session, change } = toChange(wish, world.model)
  if (!world.model.people.alive.has(session)) return
  await world.change(session, change, calls)
}

function ownerOf({ session }: Post, { people }: Model): string {
  return people.owners[session] as string
}

async function pageOf(world: World, [name, wish]: [string, PageWish]): Promise<void> {
  await history(world, name, toPage(wish, world.model))
}

/** Up to where something begins or ends, or anywhere. */
async function markReadAt(world: World, { conversation, cursor }: MarkWish): Promise<void> {
  const at = toCursor(cursor, world.model)
  const { head, epoch } = world.model.log
  const upTo = at === 'own' || at.cursor === undefined ? `${head}-${epoch}` : at.cursor
  await markRead(world, conversation, upTo)
}

async function singleOf(world: World, [name, id]: [string, number]): Promise<void> {
  await single(world, name, 1 + (id % (world.model.log.head + 1)))
}

async function logOut(world: World, chosen: number): Promise<void> {
  const alive = [...world.model.people.alive]
  const session = alive[chosen % alive.length]
  if (session !== undefined) await world.logOut(session)
}
