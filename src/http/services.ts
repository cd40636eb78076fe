import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '../chat/accounts.ts'
import type { Blocks } from '../chat/blocks.ts'
import type { Conversations } from '../chat/conversations.ts'
import type { Directory } from '../chat/directory.ts'
import type { MessageChanges } from '../chat/message-changes.ts'
import type { Messages } from '../chat/messages.ts'
import type { OwnPassword } from '../chat/own-password.ts'
import type { OwnProfile } from '../chat/own-profile.ts'
import type { OwnSessions } from '../chat/own-sessions.ts'
import type { Presence } from '../chat/presence.ts'
import type { Rooms } from '../chat/rooms.ts'
import type { SessionActivity } from '../chat/session-activity.ts'
import type { Sessions } from '../chat/sessions.ts'
import type { Staff } from '../chat/staff.ts'
import type { EventSet } from '../delivery/event-names.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'

/** The settings that the HTTP layer uses. */
export type HttpSettings = Pick<
  Settings,
  | 'maxStreams'
  | 'messagesPerMinute'
  | 'roomsCreatedPerDay'
  | 'addsPerHour'
  | 'readsPerMinute'
  | 'streamOpensPerMinute'
  | 'loginsPerMinute'
  | 'registrationsPerHour'
  | 'requestsPerMinute'
  | 'connectionsPerAddress'
  | 'messageMaxChars'
  | 'metadataMaxBytes'
  | 'editMinutes'
  | 'passwordMinChars'
  | 'corsOrigins'
  | 'allowedHosts'
  | 'trustProxy'
  | 'logLevel'
>

export interface StreamParameters {
  presence: 'full' | 'none'
  /** A valid cursor, or empty. */
  lastEventId: string
  events: EventSet
}

/** What the HTTP layer needs of the rest of the server. */
export interface Services {
  settings: HttpSettings
  accounts: Pick<Accounts, 'check' | 'register' | 'login' | 'setUp'>
  sessions: Pick<Sessions, 'find' | 'end'>
  sessionActivity: Pick<SessionActivity, 'note'>
  ownSessions: Pick<OwnSessions, 'list' | 'end' | 'endOthers' | 'renew'>
  ownPassword: Pick<OwnPassword, 'check' | 'change'>
  blocks: Pick<Blocks, 'list' | 'set'>
  ownProfile: Pick<OwnProfile, 'check' | 'update'>
  messages: Pick<Messages, 'parse' | 'post' | 'replay' | 'parsePage' | 'page' | 'find'>
  messageChanges: Pick<MessageChanges, 'parseEdit' | 'parseReaction' | 'change' | 'delete'>
  rooms: Pick<
    Rooms,
    | 'create'
    | 'replay'
    | 'find'
    | 'list'
    | 'update'
    | 'delete'
    | 'members'
    | 'putMember'
    | 'changeMember'
    | 'removeMember'
    | 'bans'
    | 'ban'
    | 'unban'
  >
  conversations: Pick<Conversations, 'list' | 'find' | 'mute' | 'markRead' | 'tellTyping'>
  presence: Pick<Presence, 'list'>
  staff: Pick<
    Staff,
    'setRole' | 'ban' | 'mute' | 'lift' | 'createUser' | 'issueSetup' | 'list' | 'audit'
  >
  directory: Pick<Directory, 'find' | 'list'>
  store: Pick<Store, 'ping' | 'counters' | 'now'>
  /** The key of tokens, 32 bytes or more. */
  signingKey: Uint8Array
  /**
   * Answers GET and HEAD of `/v1/events`, once the client is authenticated and within its limits.
   *
   * @throws {Problem} before anything is written
   */
  respondWithStream(request: FastifyRequest, reply: FastifyReply, wanted: StreamParameters): void
  /** False once the server is shutting down. */
  ready(): boolean
  /** False while the store is disconnected: what this node knows may be out of date. */
  storeConnected(): boolean
}
