import fc from 'fast-check'
import { asOf, type Log, never } from './model.ts'
import { names, roomNames } from './people.ts'
import type { Post } from './posts.ts'
import type { Change } from './rules.ts'
import { hasReacted } from './telling.ts'
import type { Model, Wanted } from './world.ts'

/** A number that chooses: taken modulo of what there is to choose from. */
export const choice = fc.nat(999)

export const person = fc.constantFrom(...names)

/** Once in three times. */
function seldom<Of>(arbitrary: fc.Arbitrary<Of>) {
  const none = fc.constant(undefined)
  return fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary })
}

const room = fc.constantFrom(...roomNames)

const metadata = fc.constantFrom({ table: 4 }, { by: ['window', null], far: { away: true } }, {})

const kilobyte = 'Grüße 🐟\n'.repeat(80)

/** Few keys and few texts, so that both come again. */
const postWish = fc.record({
  session: choice,
  to: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 5, arbitrary: person },
    { weight: 1, arbitrary: fc.constant('nobody') },
  ),
  room: fc.option(room, { freq: 2, nil: undefined }),
  keep: fc.constantFrom(true, false, false),
  /** Chooses one of the newest, mostly one of the same conversation. */
  replyTo: seldom(choice),
  metadata: seldom(metadata),
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat(9) },
  ),
  text: fc.nat(3),
  // Past what a socket takes at once, its stream falls behind for a moment.
  kilobytes: fc.oneof(
    { weight: 15, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 10, max: 70 }) },
  ),
})

const cursorWish = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('own' as const) },
    { weight: 2, arbitrary: fc.constantFrom('none', 'used') },
    { weight: 2, arbitrary: fc.constantFrom('bare', 'zero', 'ahead', 'edge', 'edge', 'edge') },
  ),
  id: choice,
  epoch: choice,
})

const chain = fc.nat(5)

/** Which events a stream carries; undefined for all. */
const events = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ['message', 'presence'],
      ['message', 'message.updated', 'message.deleted', 'reaction.added', 'read'],
      ['room.joined', 'room.left', 'room.deleted', 'member.joined', 'typing'],
    ),
  },
)

const fields = fc.constantFrom(
  { title: 'One' },
  { title: 'Two', topic: 'Leaves' },
  { archived: true },
  { archived: false },
  { archived: false },
  { access: 'private' as const },
  { access: 'open' as const },
)

const changeWish = fc.record({
  session: choice,
  does: fc.constantFrom(
    ...(['make', 'make', 'join', 'join', 'join', 'add', 'add', 'role', 'role', 'leave'] as const),
    ...(['remove', 'ban', 'unban', 'set', 'set', 'edit', 'edit', 'edit', 'edit'] as const),
    ...(['delete', 'delete', 'delete', 'react', 'react', 'react', 'react', 'react'] as const),
    ...(['unreact', 'unreact', 'unreact', 'delete-room'] as const),
  ),
  room,
  person: fc.oneof(
    { weight: 9, arbitrary: person },
    { weight: 1, arbitrary: fc.constant('nobody') },
  ),
  role: fc.constantFrom('member', 'moderator', 'owner'),
  access: fc.constantFrom('open', 'private', 'private'),
  history: fc.constantFrom('all', 'since-joined'),
  fields,
  id: choice,
  emoji: fc.constantFrom('👍', '🎉'),
  key: seldom(fc.nat(9)),
  text: fc.option(fc.nat(3), { nil: undefined }),
  metadata: fc.option(fc.option(metadata), { nil: undefined }),
})

/** What one of the clients does. */
export const deed = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('post' as const),
      post: postWish,
      // The same twice at once; only with a key is it one message.
      times: fc.constantFrom(1, 1, 1, 2),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ does: fc.constant('change' as const), change: changeWish }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('retry' as const), post: choice, session: choice }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('listen' as const),
      chain,
      session: choice,
      cursor: cursorWish,
      presence: fc.constantFrom('full', 'full', 'none'),
      events,
      inQuery: fc.boolean(),
      patient: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('cut', 'stall', 'readOn'), chain }),
  },
)

export const pageWish = fc.record({
  limit: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(200)),
  edge: fc.constantFrom('after', 'before', undefined),
  id: choice,
  with: fc.option(fc.constantFrom(...names, 'nobody', 'nobody'), { nil: undefined }),
  room: fc.option(room, { nil: undefined }),
})

export const conversation = fc.record({
  person,
  id: fc.oneof(
    fc.constant('everyone'),
    room.map((name) => `room:${name}`),
    fc.constantFrom(...names, ...names, 'nobody').map((name) => `direct:${name}`),
  ),
})

export const markWish = fc.record({
  conversation,
  cursor: fc.record({
    kind: fc.constantFrom('own', 'own', 'bare', 'ahead', 'edge'),
    id: choice,
    epoch: choice,
  }),
})

type Value<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Of> ? Of : never
export type Deed = Value<typeof deed>
type PostWish = Value<typeof postWish>
type CursorWish = Value<typeof cursorWish>
export type PageWish = Value<typeof pageWish>
export type MarkWish = Value<typeof markWish>
export type ChangeWish = Value<typeof changeWish>

export function toPost(wish: PostWish, model: Model): Post {
  const members = wish.room === undefined ? [] : membersOf(wish.room, model.log)
  const { session, keep, key, replyTo, metadata } = wish
  const { log } = model
  const { room } = wish
  const to = room === undefined ? wish.to : undefined
  const isIn = (id: number) => {
    const entry = log.entry(id)
    return entry.kind === 'message' && entry.message.room === room && entry.message.to === to
  }
  return {
    session: sessionOf(members, session, model),
    text: textOf(wish.text, wish.kilobytes),
    ...(room !== undefined && { room }),
    ...(to !== undefined && { to, keep }),
    ...(key !== undefined && { key: `key-${key}` }),
    ...(metadata !== undefined && { metadata }),
    ...(replyTo !== undefined && { replyTo: toSaid(replyTo, log, isIn) }),
  }
}

/** Mostly someone who is logged in. */
function speakerOf(chosen: number, { people: { alive, owners } }: Model): number {
  const speakers = alive.size > 0 && chosen % 10 > 0 ? [...alive] : [...owners.keys()]
  return speakers[chosen % speakers.length] as number
}

/** Mostly one of some people, where they are logged in. */
function sessionOf(people: readonly string[], chosen: number, model: Model): number {
  const one = people[chosen % people.length]
  const [session] = one !== undefined && chosen % 4 > 0 ? model.people.sessionsOf(one) : []
  return session ?? speakerOf(chosen, model)
}

/** The members of a room that is there. */
function membersOf(room: string, log: Log, { moderators = false } = {}): string[] {
  const there = log.rooms.find(({ name, deleted }) => name === room && deleted === never)
  const stays = (there?.stays ?? []).filter(({ to, roles }) => {
    return to === never && !(moderators && asOf(roles, log.head) === 'member')
  })
  return stays.map(({ person }) => person)
}

const mentions = ['', ' @bob', ', @ann and @cid.', ' @nobody']

function textOf(text: number, kilobytes = 0): string {
  return `text ${text}${mentions[text]}\n${kilobyte.repeat(kilobytes)}`
}

/** Where a client begins: with its own last cursor, without one, or with one of many others. */
export function toCursor({ kind, id, epoch }: CursorWish, { log, cursors }: Model): Wanted['at'] {
  const current = `-${log.epoch}`
  switch (kind) {
    case 'own':
      return 'own'
    case 'none':
      return { cursor: undefined }
    case 'used':
      return { cursor: cursors[id % cursors.length] }
    case 'bare':
      return { cursor: String(id % (log.head + 1)) }
    case 'zero':
      return { cursor: epoch % 2 ? '0' : `0${current}` }
    case 'ahead':
      // Further than what is said meanwhile will reach.
      return { cursor: `${log.head + 1000 + id}${epoch % 2 ? '' : current}` }
    case 'edge':
      return { cursor: atEdge(id, epoch, log) }
  }
}

/** An id where something begins or ends, of an epoch that is kept, or that never was. */
function atEdge(id: number, epoch: number, { epochs, oldest, head }: Log): string {
  const current = epochs.at(-1)?.tag
  const near = epochs.flatMap(({ tag }) => [tag, beside(tag, 1), beside(tag, -1)])
  const tags = [...near, '00000000', 'zzzzzzzz']
  const tag = epoch % 3 === 0 ? current : tags[epoch % tags.length]
  const edges = [oldest - 1, oldest - 1, head, ...epochs.map(({ first }) => first)]
  const edge = edges[id % edges.length] as number
  // Not past the head of the current epoch: what is said meanwhile would come to it.
  const most = tag === current ? head : head + 1
  return `${Math.min(most, Math.max(0, edge - 1 + (id % 3)))}-${tag}`
}

function beside(tag: string, by: number): string {
  return (Number.parseInt(tag, 36) + by).toString(36)
}

/** One of the newest that were said, mostly of those that fit; or any entry, or one that will not come. */
function toSaid(chosen: number, log: Log, fits: (id: number) => boolean = () => true): number {
  if (chosen % 11 === 0)
    return chosen % 2 && log.head > 0 ? 1 + (chosen % log.head) : log.head + 1000
  const ids = Object.keys(log.said).map(Number)
  const those = chosen % 5 > 0 ? ids.slice(-40).filter(fits).slice(-8) : ids
  return those[chosen % those.length] ?? log.head + 1000
}

/** A change by someone who mostly may make it. */
export function toChange(wish: ChangeWish, model: Model): { session: number; change: Change } {
  const { log, people } = model
  const { does, room, person, role, id: chosen, emoji, fields, access } = wish
  const any = speakerOf(wish.session, model)
  if (does === 'edit' || does === 'delete' || does === 'react' || does === 'unreact') {
    const by = people.owners[any] as string
    const isReacted = (id: number) => hasReacted(log, id, emoji, by)
    const isInRoom = (id: number) =>
      chosen % 2 > 0 || log.roomOf(log.entry(id).audience)?.name === room
    const id = toSaid(chosen, log, does === 'unreact' ? isReacted : isInRoom)
    if (does === 'react' || does === 'unreact') return { session: any, change: { does, id, emoji } }
    const sender = log.said[id] ? [log.entry(id).by] : []
    const session = sessionOf(sender, wish.session, model)
    if (does === 'delete') return { session, change: { does, id } }
    const text = wish.text === undefined ? {} : { text: textOf(wish.text) }
    const metadata = wish.metadata === undefined ? {} : { metadata: wish.metadata }
    return { session, change: { does, id, ...text, ...metadata } }
  }
  const members = membersOf(room, log)
  const isThere = log.rooms.some(({ name, deleted }) => name === room && deleted === never)
  if (does === 'make' || (!isThere && chosen % 4 > 0)) {
    const again = model.keyedMakings[chosen % model.keyedMakings.length]
    if (again && chosen % 3 === 0) {
      const session = people.sessionsOf(again.by)[0] ?? any
      return { session, change: again.change }
    }
    const history = access === 'open' ? 'all' : wish.history
    // Not the keys of posts: which of two at once came first, no answer would tell.
    const key = wish.key === undefined ? undefined : `room-${wish.key}`
    return { session: any, change: { does: 'make', name: room, access, history, key } }
  }
  const by = people.owners[any] as string
  if (does === 'join') return { session: any, change: { does: 'put', room, person: by } }
  if (does === 'leave') {
    const session = sessionOf(members, wish.session, model)
    const one = people.owners[session] as string
    return { session, change: { does: 'remove', room, person: one } }
  }
  const session = sessionOf(membersOf(room, log, { moderators: true }), wish.session, model)
  if (does === 'set') return { session, change: { does, room, fields } }
  if (does === 'delete-room') return { session, change: { does, room } }
  if (does === 'add') return { session, change: { does: 'put', room, person } }
  if (does === 'role') return { session, change: { does: 'put', room, person, role } }
  return { session, change: { does, room, person } }
}

export function toPage({ limit, edge, id, with: other, room }: PageWish, { log }: Model) {
  if (room !== undefined) other = undefined
  return {
    ...(room !== undefined && { room }),
    limit,
    // `before` begins at 1.
    ...(edge && { [edge]: (id % (log.head + 2)) + (edge === 'before' ? 1 : 0) }),
    ...(other !== undefined && { with: other }),
  }
}
