import type { NewAccount } from '../../src/store/account-store.ts'
import type {
  Draft,
  Entry,
  MentionCandidates,
  MessageEntry,
  Outcome,
} from '../../src/store/message-log.ts'
import type { Session, SessionClient } from '../../src/store/session-store.ts'
import type { Store } from '../../src/store/store.ts'

export const hour = 3_600_000

/** Registers an account whose key and skeleton are its name. */
export async function registerUser(
  store: Store,
  username: string,
  ttlMs = 1_000 * hour,
): Promise<Session> {
  const session = await store.accounts.register(newAccount(username), ttlMs)
  if (session === 'taken') throw new Error(`${username} is taken`)
  return session
}

/** A session of an account that is not banned. */
export async function openSession(
  store: Pick<Store, 'sessions'>,
  account: number,
  ttlMs: number,
  client?: SessionClient,
): Promise<Session> {
  const session = await store.sessions.open(account, ttlMs, client)
  if (session === 'banned') throw new Error(`${account} is banned`)
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

export interface DraftOptions {
  /** The key of a username. */
  to?: string
  /** The key of a room. */
  room?: string
  whenOffline?: 'reject' | 'keep'
  key?: string
  digest?: string
  replyTo?: number
  metadata?: string
  /** Usernames, or for one `@` several that it may name. */
  mentions?: readonly (string | readonly string[])[]
}

/** A draft. A direct message is stored for an offline recipient by default. */
export function draft(session: Session, text: string, options: DraftOptions = {}): Draft {
  const { key, digest = text, replyTo, metadata, mentions } = options
  return {
    session: session.id,
    to: addressOf(options),
    text,
    ...(replyTo !== undefined && { replyTo }),
    ...(metadata !== undefined && { metadata }),
    ...(mentions && { mentions: candidatesOf(mentions) }),
    idempotency: key === undefined ? null : { key, digest },
  }
}

export function candidatesOf(names: readonly (string | readonly string[])[]): MentionCandidates {
  return names.map((name) => (typeof name === 'string' ? [name] : name))
}

function addressOf({ to, room, whenOffline = 'keep' }: DraftOptions): Draft['to'] {
  if (room !== undefined) return { type: 'room', key: room }
  return to === undefined ? null : { type: 'direct', key: to, whenOffline }
}

let batches = 0

export function newBatchId(): string {
  batches += 1
  return `batch ${batches}`
}

/** Throws where the draft is refused. */
export async function appendMessage(
  store: Store,
  session: Session,
  text: string,
  options?: DraftOptions,
): Promise<MessageEntry> {
  return (await appendMessages(store, [draft(session, text, options)]))[0] as MessageEntry
}

/** Throws where one is refused. */
export async function appendMessages(store: Store, drafts: Draft[]): Promise<MessageEntry[]> {
  return (await store.log.append(drafts, newBatchId())).map(entryOf)
}

export function entryOf(outcome: Outcome): MessageEntry {
  if (outcome.kind !== 'appended' && outcome.kind !== 'replayed') throw new Error(outcome.kind)
  return outcome.entry
}

export function idsOf(entries: readonly Entry[]): number[] {
  return entries.map(({ id }) => id)
}
