import type { Chain } from './chain.ts'
import { catchUp, same } from './checks.ts'
import { invariant } from './invariant.ts'
import { markerOf, stayOf } from './model.ts'
import { isKnown } from './people.ts'
import { place } from './place.ts'
import { audiencesOf, conversationIdOf, conversationOf, conversationsOf } from './telling.ts'
import type { Audience } from './types.ts'
import type { World } from './world.ts'

/** What people do with their conversations, none of which is in the log. */

/** Until a call of typing is judged anew, with what a slow machine may add. */
const gatheredMs = 2_000

/** Someone who sends is not told as typing for a moment (src/delivery/typing-broadcaster.ts); with as much more. */
const justSentMs = 3_000

/** The list is the model's, at once and page by page. */
export async function sidebar(world: World, person: string, limit: number): Promise<void> {
  const { log, figures } = world.model
  const guest = world.guest(await world.sessionOf(person))
  const all = conversationsOf(log, person)
  let before = ''
  for (let from = 0; from === 0 || from < all.length; from += limit) {
    const { body } = await guest.call('GET', `/v1/conversations?limit=${limit}${before}`)
    const conversations = all.slice(from, from + limit)
    const more = all.length > from + limit
    const due = { conversations, more, cursor: `${log.head}-${log.epoch}` }
    same(body, due, `the conversations of ${person}`)
    const last = conversations.at(-1)
    before = `&before=${last?.lastId},${last?.id}`
    if (more) figures.count(figures.conversations, 'further page')
    for (const { unread, mentioned } of conversations) {
      if (unread > 0) figures.count(figures.conversations, 'unread')
      if (mentioned > 0) figures.count(figures.conversations, 'mentioned')
    }
  }
}

/** Which conversation, and what its id is to the person. */
export interface Chosen {
  person: string
  id: string
}

/** Someone has read a conversation up to a place; all who listen as them hear of it. */
export async function markRead(world: World, { person, id }: Chosen, upTo: string): Promise<void> {
  await catchUp(world)
  const { log, figures, moves } = world.model
  const where = find(world, person, id)
  const guest = world.guest(await world.sessionOf(person))
  const answer = await guest.call('PUT', `/v1/conversations/${id}/read`, { upTo })
  const { reset } = place(upTo, log)
  const to = Number(upTo.split('-')[0])
  const isStale = reset?.reason === 'ahead' || reset?.reason === 'rewound'
  const problem = 'problem' in where ? where.problem : isStale ? 'stale-cursor' : undefined
  const came = answer.status === 204 ? undefined : answer.body.type.replace('/problems/', '')
  invariant(came === problem, `${problem ?? 'done'} was due of ${person}`, [id, upTo, answer.body])
  figures.count(figures.conversations, problem ?? 'marked')
  if (problem !== undefined || 'problem' in where) return
  const marker = markerOf(person, where.audience)
  const isThere = audiencesOf(log, person).some((each) => markerOf(person, each) === marker)
  if (!isThere || to <= (log.markers[marker] ?? 0)) return
  log.markers[marker] = to
  moves.add(`${person} ${id} ${to}`)
  figures.count(figures.conversations, 'moved')
  for (const chain of listening(world, 'read', (chain) => chain.person === person))
    await chain.hears(
      ({ read }) => read.some((each) => each.conversation === id && each.upTo === to),
      `read ${id} ${to}`,
    )
}

/** Someone mutes a conversation, or no longer. */
export async function mute(world: World, { person, id }: Chosen, muted: boolean): Promise<void> {
  const { log, figures } = world.model
  const where = find(world, person, id)
  const guest = world.guest(await world.sessionOf(person))
  const { status, body } = await guest.call('PATCH', `/v1/conversations/${id}`, { muted })
  if ('problem' in where) {
    invariant(body.type === `/problems/${where.problem}`, `due was ${where.problem}`, body)
    return
  }
  const marker = markerOf(person, where.audience)
  const isThere = audiencesOf(log, person).some((each) => markerOf(person, each) === marker)
  if (isThere) log.muted[marker] = muted
  figures.count(figures.conversations, 'muted')
  invariant(status === 200, 'muted', body)
  same(body, conversationOf(log, person, where.audience), `the conversation ${id} of ${person}`)
}

/** Someone types; the others in the conversation hear of it, and nobody else. */
export async function type(world: World, { person, id }: Chosen): Promise<void> {
  await catchUp(world)
  const { log, figures, typists, typed } = world.model
  const where = find(world, person, id)
  const guest = world.guest(await world.sessionOf(person))
  if ('audience' in where) typists.add(markerOf(person, where.audience))
  const { status, body } = await guest.call('POST', `/v1/conversations/${id}/typing`)
  const problem =
    id === 'everyone' ? 'invalid-request' : 'problem' in where ? where.problem : undefined
  const came = status === 204 ? undefined : body.type.replace('/problems/', '')
  // Within a second of one that was done, a call is answered like that one, and told to nobody.
  const isGathered = Date.now() - (typed.get(`${person} ${id}`) ?? 0) < gatheredMs
  const isRight = came === problem || (isGathered && came === undefined)
  invariant(isRight, `${problem ?? 'done'} was due of ${person}`, [id, body])
  if (came === undefined && !isGathered) typed.set(`${person} ${id}`, Date.now())
  if (problem !== undefined || 'problem' in where) return
  figures.count(figures.conversations, 'typed')
  const { audience } = where
  if (hasJustSent(world, person, audience)) return
  const hears = (chain: Chain) => chain.person !== person && isIn(world, chain.person, audience)
  for (const chain of listening(world, 'typing', hears)) {
    const as = conversationIdOf(log, chain.person, audience)
    await chain.hears(
      ({ typing }) =>
        typing.some((each) => each.conversation === as && each.usernames.includes(person)),
      `typing ${as} ${person}`,
    )
  }
}

function hasJustSent({ model: { log } }: World, person: string, audience: Audience): boolean {
  const marker = markerOf(person, audience)
  const newest = log.entries.findLast(
    (entry) =>
      entry.kind === 'message' &&
      entry.by === person &&
      markerOf(person, entry.audience) === marker,
  )
  return newest?.time !== undefined && Date.now() - Date.parse(newest.time) < justSentMs
}

function isIn({ model: { log } }: World, person: string, audience: Audience): boolean {
  const room = log.roomOf(audience)
  if (room) return stayOf(person, room, log.head) !== undefined
  return audience === 'everyone' || ('between' in audience && audience.between.includes(person))
}

/** What an id stands for as things are. */
function find(
  world: World,
  person: string,
  id: string,
): { audience: Audience } | { problem: string } {
  const { log } = world.model
  const [kind, name] = id.split(':') as [string, string]
  if (kind === 'everyone') return { audience: 'everyone' }
  if (kind === 'direct') {
    return isKnown(name)
      ? { audience: { between: [person, name].sort() } }
      : { problem: 'unknown-recipient' }
  }
  const room = log.roomNamed(name, person)
  if (!room) return { problem: 'unknown-room' }
  if (!stayOf(person, room, log.head)) return { problem: 'not-a-member' }
  return { audience: { room: log.rooms.indexOf(room) } }
}

function listening(world: World, event: string, fits: (chain: Chain) => boolean): Chain[] {
  return world.chains.filter((chain) => {
    return (
      chain.ready &&
      chain.open &&
      !chain.behind &&
      chain.atHead &&
      chain.carries(event) &&
      fits(chain)
    )
  })
}
