import type { Test } from 'tap'
import type { Chain, Received } from './chain.ts'
import type { Load, Post } from './load.ts'

interface Figures {
  posts: number
  acknowledged: number
  /** Messages that came to chains, each counted once for each chain. */
  received: number
  /** Answered 201 and not in the log, or in the log and not received by a chain entitled to it. */
  lost: number
  /** Received twice on one chain. */
  doubled: number
  /** Kept by a client though the log does not hold it. */
  void: number
}

/** Compares what was said, what the log holds and what each chain kept. */
function figures(log: readonly Received[], load: Load, chains: readonly Chain[]): Figures {
  const byId = new Map(log.map((entry) => [entry.id, entry]))
  const same = (id: number, text: string) => byId.get(id)?.text === text
  const acknowledged = load.posts.filter(({ id }) => id !== undefined)
  const count = <T>(items: Iterable<T>, matches: (item: T) => boolean) =>
    [...items].filter(matches).length
  let lost = count(acknowledged, ({ id, text }) => !same(id as number, text))
  const sums = { received: 0, doubled: 0, void: 0 }
  for (const chain of chains) {
    const { username } = chain.person
    lost += count(log, (entry) => isFor(entry, username) && !chain.kept.has(entry.id))
    sums.received += chain.kept.size
    sums.doubled += chain.doubled
    sums.void += count(
      chain.kept.values(),
      (message) => !same(message.id, message.text) || !isFor(message, username),
    )
  }
  return { posts: load.posts.length, acknowledged: acknowledged.length, lost, ...sums }
}

/**
 * The promise: nothing lost, doubled or void, in order, without gaps, each post once at most.
 *
 * @param options.refused the only answers that chains may have had in place of a stream; default: none
 */
export function holds(
  t: Test,
  log: readonly Received[],
  load: Load,
  chains: readonly Chain[],
  aside: string,
  { refused = [] }: { refused?: readonly number[] } = {},
): void {
  const found = figures(log, load, chains)
  t.comment(`${aside}; ${words({ ...found })}; answers ${words(Object.fromEntries(load.outcomes))}`)
  t.match(found, { lost: 0, doubled: 0, void: 0 })
  t.ok(found.acknowledged > 0 && found.received > 0, 'there was something to count')
  t.same(gaps(log), [], 'ids are without gaps')
  for (const { person, disordered, refusals, misplaced } of chains) {
    t.equal(disordered, 0, `${person.username} got everything in order`)
    t.same(misplaced, [], `${person.username} was told of each epoch once, at its cursor`)
    const unforeseen = refusals.filter((status) => !refused.includes(status))
    t.same(unforeseen, [], `${person.username} was never refused a stream`)
  }
  const copies = copiesOf(log, load.posts)
  t.same(copies.twice, [], 'no post is in the log twice')
  t.same(copies.unkept, [], 'each post with a key is in the log')
  t.same(copies.refused, [], 'what was certainly not done is not in the log')
  t.equal(load.contradictions, 0, 'every answer to one post named one message')
  t.equal(load.count('hangs'), 0, 'no request hung')
}

/** The ids at which the log is not the one before plus 1. */
export function gaps(log: readonly Received[], first = 1): number[] {
  return log.flatMap(({ id }, at) => (id === first + at ? [] : [id])).slice(0, 3)
}

function isFor({ from, to }: Received, username: string): boolean {
  return to === undefined || to === username || from === username
}

function copiesOf(log: readonly Received[], posts: readonly Post[]) {
  const times = new Map<string, number>()
  for (const { text } of log) times.set(text, (times.get(text) ?? 0) + 1)
  const named = (matches: (post: Post, times: number) => boolean) =>
    posts.filter((post) => matches(post, times.get(post.text) ?? 0)).map(({ text }) => text)
  const refused = ({ outcomes }: Post) => outcomes.every((outcome) => outcome === '503 unavailable')
  return {
    twice: named((_, times) => times > 1),
    unkept: named(({ key }, times) => key !== undefined && times === 0),
    refused: named((post, times) => refused(post) && times > 0),
  }
}

export function words(counts: Record<string, unknown>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
