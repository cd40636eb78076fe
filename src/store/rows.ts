import type {
  Entry,
  MessageChangeEntry,
  MessageEntry,
  Reaction,
  ReactionEntry,
} from './message-log.ts'
import type { Account, Role } from './person.ts'
import type { Room, RoomRef, RoomRole } from './room.ts'
import type { LeaveReason } from './room-rules.ts'
import type { Session, SessionDetails } from './session-store.ts'

/** A message as a query has it, joined with the names of the people. What there is not is null. */
export interface MessageRow {
  id: number
  text: string
  sentAt: number
  actorId: number
  actor: string
  targetId: number | null
  target: string | null
  replyTo?: number | null
  metadata?: string | null
  mentions?: readonly string[] | null
  editedAt?: number | null
  /** Also where its room was deleted. */
  deletedAt?: number | null
  reactions?: readonly Reaction[] | null
}

/** A row of a query for entries. */
export interface EntryRow extends MessageRow {
  kind: Entry['kind']
  /** Of a change of a message, as it is now. Null where it was trimmed. */
  message?: MessageRow | null
  /** Of a reaction. */
  count?: number | null
}

/** What a query adds to the row of a change. */
export type ChangedMessage = Required<Pick<EntryRow, 'message' | 'count'>>

export type ChangeKind = (MessageChangeEntry | ReactionEntry)['kind']

const changeKinds: ReadonlySet<string> = new Set<ChangeKind>([
  'edited',
  'deleted',
  'reaction-added',
  'reaction-removed',
])

export function isChange(kind: Entry['kind']): kind is ChangeKind {
  return changeKinds.has(kind)
}

const optionalFields = ['replyTo', 'metadata', 'mentions', 'editedAt', 'reactions'] as const

/**
 * @param row of a message
 * @param room null unless it was sent to a room
 */
export function toMessage(row: MessageRow, room: RoomRef | null): MessageEntry {
  const { id, text, sentAt, actorId, actor, targetId, target, deletedAt } = row
  const message: MessageEntry = {
    kind: 'message',
    id,
    from: { id: actorId, username: actor },
    to: targetId === null ? null : { id: targetId, username: target as string },
    room: room && { id: room.id, name: room.name },
    text,
    sentAt,
  }
  if (deletedAt !== undefined && deletedAt !== null) return { ...message, text: '', deletedAt }
  for (const field of optionalFields) {
    const value = row[field]
    if (value !== undefined && value !== null) Object.assign(message, { [field]: value })
  }
  return message
}

/** @param room as it is told to the viewer; null for an entry whose audience is not one */
export function toEntry(row: EntryRow, room: Room | RoomRef | null): Entry {
  const { kind, id, text, sentAt, actorId, actor, targetId, target } = row
  if (kind === 'message') return toMessage(row, room)
  const by = { id: actorId, username: actor }
  if (isChange(kind)) {
    const change = { id, message: toMessage(row.message as MessageRow, room), by, hiddenFrom: [] }
    if (kind === 'edited' || kind === 'deleted') return { kind, ...change }
    return { kind, ...change, emoji: text, count: row.count as number }
  }
  const common = { id, room: room as RoomRef, by, hiddenFrom: [] }
  if (kind === 'room-updated' || kind === 'room-deleted') return { kind, ...common }
  const role = kind === 'left' ? null : (text as RoomRole)
  const reason = kind === 'left' ? (text as LeaveReason) : null
  const member = { id: targetId as number, username: target as string }
  return { kind, ...common, at: sentAt, member, role, reason }
}

/** The columns of `AccountRow`, in both stores. @param table the name of `accounts` in the query */
export function accountColumns(table: string): string {
  return `${table}.id AS "accountId", ${table}.username, ${table}.created_at AS "accountCreatedAt",
    ${table}.role, ${table}.display_name AS "displayName", ${table}.bot, ${table}.closed_at AS "closedAt"`
}

export interface AccountRow {
  accountId: number
  username: string
  accountCreatedAt: number
  role: Role
  displayName: string | null
  /** A number on SQLite. */
  bot: boolean | number
  closedAt: number | null
}

export function toAccount(row: AccountRow): Account {
  const { accountId, username, accountCreatedAt, role, displayName, bot, closedAt } = row
  return {
    id: accountId,
    username,
    createdAt: accountCreatedAt,
    role,
    ...(displayName !== null && { displayName }),
    ...(bot && { bot: true }),
    ...(closedAt !== null && { closed: true }),
  }
}

/** Sorts after every string that begins with the prefix, in the order of code points. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10FFFF}`
}

/** The accounts of two lists, each once, in the order of their first places. */
export function mergeAccounts(rows: readonly AccountRow[], limit: number): Account[] {
  const byId = new Map(rows.map((row) => [row.accountId, row]))
  return [...byId.values()].slice(0, limit).map(toAccount)
}

/** A row of a query for sessions, joined with the account. */
export interface SessionRow extends AccountRow {
  id: number
  createdAt: number
  expiresAt: number
  nonce: string | null
}

export function toSession(row: SessionRow): Session {
  const { id, createdAt, expiresAt, nonce } = row
  return {
    id,
    account: toAccount(row),
    createdAt,
    expiresAt,
    nonce: nonce ?? String(expiresAt / 1000),
  }
}

/** The columns of `SessionDetailsRow`, in both stores. */
export const sessionDetailsColumns = `
  id, created_at AS "createdAt", expires_at AS "expiresAt",
  coalesce(last_seen_at, created_at) AS "lastSeenAt", address, user_agent AS "userAgent"`

export interface SessionDetailsRow {
  id: number
  createdAt: number
  expiresAt: number
  lastSeenAt: number
  address: string | null
  userAgent: string | null
}

export function toSessionDetails({
  address,
  userAgent,
  ...row
}: SessionDetailsRow): SessionDetails {
  return {
    ...row,
    ...(address !== null && { address }),
    ...(userAgent !== null && { userAgent }),
  }
}
