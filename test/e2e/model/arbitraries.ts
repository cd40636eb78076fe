import fc from 'fast-check'
import type { Log } from './model.ts'
import { names } from './people.ts'
import type { Post } from './posts.ts'
import type { Model, Wanted } from './world.ts'

/** A number that chooses: taken modulo of what there is to choose from. */
export const choice = fc.nat(999)

export const person = fc.constantFrom(...names)

const kilobyte = 'Grüße 🐟\n'.repeat(80)

/** Few keys and few texts, so that both come again. */
const postWish = fc.record({
  session: choice,
  to: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 5, arbitrary: person },
    { weight: 1, arbitrary: fc.constant('nobody') },
  ),
  keep: fc.constantFrom(true, false, false),
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat(9) },
  ),
  text: fc.nat(1),
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
  with: fc.option(fc.constantFrom(...names, 'nobody'), { nil: undefined }),
})

type Value<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Of> ? Of : never
export type Deed = Value<typeof deed>
type PostWish = Value<typeof postWish>
type CursorWish = Value<typeof cursorWish>
export type PageWish = Value<typeof pageWish>

export function toPost({ session, to, keep, key, text, kilobytes }: PostWish, model: Model): Post {
  const { alive, owners } = model.people
  // Mostly someone who is logged in.
  const speakers = alive.size > 0 && session % 10 > 0 ? [...alive] : [...owners.keys()]
  return {
    session: speakers[session % speakers.length] as number,
    text: `text ${text}${kilobyte.repeat(kilobytes)}`,
    ...(to !== undefined && { to, keep }),
    ...(key !== undefined && { key: `key-${key}` }),
  }
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

export function toPage({ limit, edge, id, with: other }: PageWish, { log }: Model) {
  return {
    limit,
    // `before` begins at 1.
    ...(edge && { [edge]: (id % (log.head + 2)) + (edge === 'before' ? 1 : 0) }),
    ...(other !== undefined && { with: other }),
  }
}
