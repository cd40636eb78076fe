import type { Draft, Entry, NewAccount, Outcome, Session, Store } from '../../src/store/store.ts'

export const hour = 3_600_000

/** Registers someone whose key and skeleton are their name. */
export async function join(store: Store, username: string, ttlMs = 1_000 * hour): Promise<Session> {
  const session = await store.register(newAccount(username), ttlMs)
  if (session === 'taken') throw new Error(`${username} is taken`)
  return session
}

export function newAccount(username: string): NewAccount {
  return {
    username,
    key: username,
    skeletons: [username],
    passwordHash: `hash of ${username}`,
  }
}

export interface Saying {
  to?: string
  whenOffline?: 'reject' | 'keep'
  key?: string
  digest?: string
}

/** What a session is to say: to everyone, or to someone (kept for them, unless told otherwise). */
export function draft(session: Session, text: string, saying: Saying = {}): Draft {
  const { to, whenOffline = 'keep', key, digest = text } = saying
  return {
    session: session.id,
    to: to === undefined ? null : { key: to, whenOffline },
    text,
    idempotency: key === undefined ? null : { key, digest },
  }
}

let tickets = 0

export function ticket(): string {
  tickets += 1
  return `ticket ${tickets}`
}

/** Appends one draft, which must get in. */
export async function say(
  store: Store,
  session: Session,
  text: string,
  saying?: Saying,
): Promise<Entry> {
  return (await sayAll(store, [draft(session, text, saying)]))[0] as Entry
}

/** Appends drafts, which must all get in. */
export async function sayAll(store: Store, drafts: Draft[]): Promise<Entry[]> {
  return (await store.append(drafts, ticket())).map(entryOf)
}

export function entryOf(outcome: Outcome): Entry {
  if (outcome.kind !== 'appended' && outcome.kind !== 'replayed') throw new Error(outcome.kind)
  return outcome.entry
}

export function idsOf(entries: readonly Entry[]): number[] {
  return entries.map(({ id }) => id)
}
