import type { Test } from 'tap'
import type { Act } from './acts.ts'
import type { Chain } from './chain.ts'
import { Entitlement } from './entitled.ts'
import type { Load } from './load.ts'
import { type LogEntry, markOf } from './log-entry.ts'

/** What is counted, over what was done (`acts.ts`), what the log holds and what each chain was told. */
interface Figures {
  acts: number
  /** Answered as done. */
  acknowledged: number
  /** Entries of the log that changed a message, a reaction or a membership. */
  changes: number
  /** Entries that chains were told of, each counted once for each chain. */
  told: number
}

/** What must not be, each case in words. */
interface Faults {
  /** Answered as done and not in the log, or in the log and not told to a chain entitled to it. */
  lost: string[]
  /** Told twice on one chain, or twice in the log though done once. */
  doubled: string[]
  /** Held by a client though the log does not hold it, or not so. */
  void: string[]
  /**
   * Told to a chain that is not entitled to it: an entry, an edit made after its person had left, or a
   * message after its deletion.
   */
  leaked: string[]
}

/** What a person may be refused who is just then removed, and whose message is just then deleted. */
const refusals = /^4(03 not-a-member|04 unknown-room|04 not-found|10 message-deleted)$/

/** What follows from the log and the answers. */
interface Truth {
  log: ReadonlyMap<number, LogEntry>
  entitlement: Entitlement
  editIds: ReadonlyMap<string, number>
  goneAt: ReadonlyMap<number | undefined, number>
}

interface HoldsOptions {
  /** The only answers that chains may have had in place of a stream; default: none. */
  refused?: readonly number[]
  /** How long after the answer to a deletion streams may still tell of the message, in ms; default 0. */
  deletionMs?: number
}

/**
 * The promise: nothing lost, doubled, void or leaked, in order, without gaps.
 *
 * @param loads whatever was done but what the log has lost since
 */
export function holds(
  t: Test,
  log: readonly LogEntry[],
  loads: Load | readonly Load[],
  chains: readonly Chain[],
  aside: string,
  { refused = [], deletionMs = 0 }: HoldsOptions = {},
): void {
  const all = [loads].flat() as Load[]
  const acts = all.flatMap((load) => load.acts)
  const truth = truthOf(log, acts, deletionMs)
  const faults = joined([
    actFaults(log, acts, truth),
    ...chains.map((chain) => chainFaults(log, chain, truth)),
    ...replaysOf(chains).map((chain) => chainFaults(log, chain, truth, 'atEnd')),
  ])
  const found: Figures = {
    acts: acts.length,
    acknowledged: acts.filter(isDone).length,
    changes: log.filter(({ kind }) => kind !== 'message').length,
    told: [...chains, ...replaysOf(chains)].reduce((sum, { told }) => sum + told.size, 0),
  }
  const counts = Object.fromEntries(
    Object.entries(faults).map(([name, { length }]) => [name, length]),
  )
  const outcomes = all.map((load) => words(Object.fromEntries(load.outcomes))).join('; ')
  t.comment(`${aside}; ${words({ ...found, ...counts })}; answers ${outcomes}`)
  for (const [name, cases] of Object.entries(faults)) t.same(cases.slice(0, 3), [], `none ${name}`)
  t.ok(found.acknowledged > 0 && found.told > 0, 'there was something to count')
  t.same(gaps(log), [], 'ids are without gaps')
  for (const { person, disordered, refusals, misplaced, position } of chains) {
    t.ok(position >= log.length, `${person.username} came to the head`)
    t.equal(disordered, 0, `${person.username} got everything in order`)
    t.same(misplaced, [], `${person.username} was told of each epoch once, at its cursor`)
    const unforeseen = refusals.filter((status) => !refused.includes(status))
    t.same(unforeseen, [], `${person.username} was never refused a stream`)
  }
  const answers = new Set(acts.flatMap((act) => act.outcomes))
  const odd = [...answers].filter((answer) => /^4/.test(answer) && !refusals.test(answer))
  t.same(odd, [], 'nothing was refused without need')
  for (const load of all) {
    t.equal(load.contradictions, 0, 'every answer to one post named one message')
    t.equal(load.count('hangs'), 0, 'no request hung')
  }
}

/** What streams were told, and not told, where no load made the log. */
export function faultsOfStreams(log: readonly LogEntry[], chains: readonly Chain[]): Faults {
  const truth = truthOf(log, [], 0)
  return joined(chains.map((chain) => chainFaults(log, chain, truth)))
}

/** The ids at which the log is not the one before plus 1. */
export function gaps(log: readonly { id: number }[], first = 1): number[] {
  return log.flatMap(({ id }, at) => (id === first + at ? [] : [id])).slice(0, 3)
}

export function words(counts: Record<string, unknown>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function truthOf(log: readonly LogEntry[], acts: readonly Act[], deletionMs: number): Truth {
  return {
    log: new Map(log.map((entry) => [entry.id, entry])),
    entitlement: new Entitlement(log),
    editIds: idsOfEdits(log, acts),
    goneAt: timesOfDeletions(acts, deletionMs),
  }
}

/** Whether what was done is in the log once, and nothing else. */
function actFaults(
  log: readonly LogEntry[],
  acts: readonly Act[],
  { log: byId, entitlement }: Truth,
): Faults {
  const faults = none()
  const edits = Map.groupBy(
    acts.filter(({ mark }) => mark?.startsWith('edited')),
    ({ message }) => message,
  )
  const texts = Map.groupBy(
    log.filter(({ kind }) => kind === 'message'),
    ({ text }) => text,
  )
  const posts = acts.filter(({ mark }) => mark === undefined)
  for (const post of posts) {
    const { by, to, text, id } = post
    const others = texts.get(text as string)?.filter((entry) => entry.id !== id) ?? []
    const times = others.length + (id === undefined ? 0 : 1)
    if (times > 1) faults.doubled.push(`${text}, in the log ${times} times`)
    if (times > 0 && wasRefused(post)) faults.void.push(`${text}, which was refused`)
    if (id === undefined) continue
    const entry = byId.get(id)
    const place = entry && { from: entry.from, to: entry.to, room: entry.room?.name }
    const asSaid = {
      from: by.username,
      to: undefined,
      room: undefined,
      ...(to && ('room' in to ? to : { to: to.user })),
    }
    const isText = entry?.deleted || textsAfter(edits.get(id), text).includes(entry?.text)
    if (!entry || !isText || JSON.stringify(place) !== JSON.stringify(asSaid))
      faults.lost.push(`${text}, acknowledged as ${id}`)
  }
  const inLog = Map.groupBy(
    log.filter(({ kind }) => kind !== 'message'),
    markOf,
  )
  const made = Map.groupBy(acts, ({ mark }) => mark)
  made.delete(undefined)
  for (const [mark, alike] of made) {
    const times = inLog.get(mark as string)?.length ?? 0
    const sure = alike.filter(isDone).length
    const possible = alike.filter((act) => isDone(act) || !wasRefused(act)).length
    if (times < sure) faults.lost.push(`${mark}: done ${sure} times, in the log ${times}`)
    if (times > possible)
      faults.doubled.push(`${mark}: done ${possible} times, in the log ${times}`)
  }
  for (const mark of inLog.keys())
    if (!made.has(mark)) faults.void.push(`${mark}, which nobody did`)
  for (const { id, kind, from, room } of log) {
    if (kind === 'message' && room && !entitlement.isMember(room.name, from, id))
      faults.void.push(`${id} in ${room.name} by ${from}, who is no member`)
  }
  return faults
}

/** What a message may say after edits, which came one after another. */
function textsAfter(edits: readonly Act[] = [], text: Act['text']): Act['text'][] {
  let texts = [text]
  for (const edit of edits) {
    if (isDone(edit)) texts = [edit.text]
    else if (!wasRefused(edit)) texts.push(edit.text)
  }
  return texts
}

function replaysOf(chains: readonly Chain[]): Chain[] {
  return chains.flatMap(({ replay = [] }) => replay)
}

/**
 * Whether one chain was told what it must be told, and nothing that it must not.
 *
 * @param atEnd it was read when all was over
 */
function chainFaults(
  log: readonly LogEntry[],
  chain: Chain,
  { log: inLog, entitlement, editIds, goneAt }: Truth,
  atEnd?: 'atEnd',
): Faults {
  const faults = none()
  const { username } = chain.person
  const about = (entry: { id: number }, what = '') =>
    `${entry.id}${what} on a stream of ${username}`
  if (chain.doubled > 0)
    faults.doubled.push(...Array(chain.doubled).fill(`on a stream of ${username}`))
  for (const entry of log) {
    const claim = atEnd
      ? entitlement.claimAtEnd(entry, username)
      : entitlement.claim(entry, username)
    const isTold = chain.told.has(entry.id)
    const isPassed = chain.from < entry.id && entry.id <= chain.position
    if (claim === 'must' && isPassed && !isTold) faults.lost.push(about(entry, ` (${entry.kind})`))
    if (claim === 'never' && isTold) faults.leaked.push(about(entry, ` (${entry.kind})`))
  }
  for (const id of chain.told.keys()) if (!inLog.has(id)) faults.void.push(about({ id }))
  for (const { id, room, text } of chain.kept.values()) {
    const entry = inLog.get(id)
    const isSame = entry?.kind === 'message' && entry.text === text && entry.room?.name === room
    if (!isSame || entitlement.claim(entry, username) === 'never')
      faults.void.push(about({ id }, ` "${text}", now "${entry?.text}"`))
  }
  for (const [id, told] of chain.told) {
    if (told.text === undefined) continue
    const message = inLog.get(told.message ?? 0)
    const edit = editIds.get(told.text)
    if (message && edit && !entitlement.mayReadFrom(message, username, edit))
      faults.leaked.push(about({ id }, ` with "${told.text}" of ${edit}`))
    if (told.afterDeletion || told.askedAt > (goneAt.get(message?.id) ?? Number.POSITIVE_INFINITY))
      faults.leaked.push(about({ id }, ` with "${told.text}", which is deleted`))
  }
  return faults
}

/** When no stream that is opened may tell of a message any more, by the answers to its deletion. */
function timesOfDeletions(acts: readonly Act[], deletionMs: number): Truth['goneAt'] {
  const deletions = acts.filter((act) => act.mark?.startsWith('deleted') && isDone(act))
  return new Map(deletions.map((act) => [act.message, (act.answeredAt as number) + deletionMs]))
}

/** The entries that edited, by the texts that they brought, where the answers tell which brought which. */
function idsOfEdits(log: readonly LogEntry[], acts: readonly Act[]): Truth['editIds'] {
  const entries = Map.groupBy(
    log.filter(({ kind }) => kind === 'edited'),
    markOf,
  )
  const edits = Map.groupBy(
    acts.filter((act) => act.mark?.startsWith('edited') && isDone(act)),
    ({ mark }) => mark,
  )
  const ids = new Map<string, number>()
  for (const [mark, alike] of edits) {
    const made = entries.get(mark as string) ?? []
    // Edits of one message came one after another.
    if (made.length === alike.length)
      for (const [at, { text }] of alike.entries()) ids.set(text as string, made[at]?.id as number)
  }
  return ids
}

function isDone({ outcomes }: Act): boolean {
  return outcomes.at(-1)?.startsWith('2') === true
}

/** Whether it was certainly not done. */
function wasRefused({ outcomes }: Act): boolean {
  return outcomes.every((outcome) => outcome === '503 unavailable' || outcome.startsWith('4'))
}

function none(): Faults {
  return { lost: [], doubled: [], void: [], leaked: [] }
}

function joined(all: readonly Faults[]): Faults {
  const faults = none()
  for (const each of all)
    for (const name of Object.keys(faults) as (keyof Faults)[]) faults[name].push(...each[name])
  return faults
}
