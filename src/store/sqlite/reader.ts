import type { AuditQuery } from '../audit-store.ts'
import type { Caller } from '../caller.ts'
import type { ConversationKey, ConversationQuery } from '../conversation-store.ts'
import type { PageRange } from '../message-log.ts'
import type { Person } from '../person.ts'
import type { KeyRange, RoomQuery } from '../room-store.ts'
import type { StaffQuery } from '../staff-store.ts'
import type { DatabaseSize } from '../store.ts'
import { AccountQueries } from './accounts.ts'
import { BlockQueries } from './blocks.ts'
import type { Connection } from './connection.ts'
import { ConversationQueries } from './conversations/conversation-queries.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { IdempotencyKeys } from './log/idempotency-keys.ts'
import { MessageQueries } from './log/message-queries.ts'
import { LogPages } from './log/page.ts'
import { EntryReader } from './log/read.ts'
import { PresenceQueries } from './presence.ts'
import { ReceiptQueries } from './receipts.ts'
import { RetentionQueries } from './retention.ts'
import { RoomQueries } from './rooms/room-queries.ts'
import { SessionQueries } from './sessions.ts'
import { AuditQueries } from './staff/audit.ts'
import { StaffFactQueries } from './staff/staff-facts.ts'
import { StaffQueries } from './staff/staff-queries.ts'
import { readTransaction } from './transaction.ts'

export type Reader = ReturnType<typeof createReader>

/** The calls that the reader's thread takes: each reads one snapshot of the database. */
export function createReader(connection: Connection, clock: () => number) {
  const inSnapshot = readTransaction(connection)
  const bounds = new LogBoundsQuery(connection)
  const entries = new EntryReader(connection)
  const messages = new MessageQueries(connection)
  const pages = new LogPages(connection)
  const keys = new IdempotencyKeys(connection)
  const accounts = new AccountQueries(connection)
  const sessions = new SessionQueries(connection)
  const presence = new PresenceQueries(connection)
  const receipts = new ReceiptQueries(connection)
  const blocks = new BlockQueries(connection)
  const rooms = new RoomQueries(connection)
  const conversations = new ConversationQueries(connection)
  const audit = new AuditQueries(connection)
  const staff = new StaffQueries(connection)
  const staffFacts = new StaffFactQueries(connection)
  const retention = new RetentionQueries(connection)

  return {
    findByIdempotencyKey: (account: number, key: string) =>
      inSnapshot(() => {
        const known = keys.find(account, key, clock())
        if (known?.entry.kind !== 'message') return undefined
        return { digest: known.digest, entry: messages.ofRow(known.entry) }
      }),
    bounds: () => inSnapshot(() => bounds.read()),
    read: (after: number, viewer: number) => inSnapshot(() => entries.read(after, viewer)),
    page: (viewer: number, range: PageRange) => inSnapshot(() => pages.page(viewer, range)),
    message: (id: number, viewer: number) => inSnapshot(() => entries.message(id, viewer)),
    skeletonsTaken: (skeletons: readonly string[]) =>
      inSnapshot(() => accounts.skeletonsTaken(skeletons)),
    credentials: (key: string) => inSnapshot(() => accounts.credentials(key)),
    sessionsOfAccount: (account: number) => inSnapshot(() => sessions.ofAccount(account, clock())),
    accountsByKeys: (keys: readonly string[]) => inSnapshot(() => accounts.byKeys(keys)),
    searchAccounts: (prefix: { key: string; displayKey: string }, limit: number) =>
      inSnapshot(() => accounts.search(prefix, limit)),
    passwordHash: (account: number) => inSnapshot(() => accounts.passwordHash(account)),
    presentSessions: () => inSnapshot(() => presence.all()),
    readUndelivered: (after: number, upTo: number, viewer: number) =>
      inSnapshot(() => receipts.read(after, upTo, viewer)),
    listBlocks: (account: number, range: KeyRange) => inSnapshot(() => blocks.list(account, range)),
    findRoom: (viewer: number, key: string) => inSnapshot(() => rooms.find(viewer, key)),
    listRooms: (viewer: number, query: RoomQuery) => inSnapshot(() => rooms.list(viewer, query)),
    roomMembers: (viewer: number, key: string, range: KeyRange) =>
      inSnapshot(() => rooms.members(viewer, key, range)),
    roomBans: (viewer: number, key: string, range: KeyRange) =>
      inSnapshot(() => rooms.bans(viewer, key, range)),
    listConversations: (viewer: Person, query: ConversationQuery) =>
      inSnapshot(() => conversations.list(viewer, query)),
    findConversation: (viewer: Person, key: ConversationKey) =>
      inSnapshot(() => conversations.find(viewer, key)),
    listAudit: (query: AuditQuery) => inSnapshot(() => audit.list(query)),
    listStaffUsers: (query: StaffQuery) => inSnapshot(() => staff.list(query, clock())),
    restriction: (what: 'ban' | 'mute', account: number) =>
      inSnapshot(() => staff.restriction(what, account, clock())),
    roleOf: (caller: Caller) =>
      inSnapshot(() => staffFacts.findCaller(caller, null, clock())?.caller.role),
    setupUser: (hash: string) => inSnapshot(() => staff.setupUser(hash, clock())),
    hasAdmin: () => inSnapshot(() => staffFacts.otherAdmins(0, clock()) > 0),
    wouldDeleteOverTenth: (before: number) =>
      inSnapshot(() => retention.wouldDeleteOverTenth(before)),
    size: () => inSnapshot(() => readSize(connection)),
    ping: () => void inSnapshot(() => bounds.read()),
  }
}

function readSize(connection: Connection): DatabaseSize {
  const [page, pages, free] = ['page_size', 'page_count', 'freelist_count'].map(
    (name) => connection.pragma(name, { simple: true }) as number,
  ) as [number, number, number]
  return { bytes: page * pages, reusableBytes: page * free }
}
