import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '../chat/accounts.ts'
import type { Messages } from '../chat/messages.ts'
import type { Presence } from '../chat/presence.ts'
import type { Sessions } from '../chat/sessions.ts'
import type { Settings } from '../config.ts'
import type { Store } from '../store/store.ts'

/** What the HTTP layer reads of the settings. */
export type HttpSettings = Pick<
  Settings,
  | 'maxStreams'
  | 'messagesPerMinute'
  | 'readsPerMinute'
  | 'streamOpensPerMinute'
  | 'loginsPerMinute'
  | 'registrationsPerHour'
  | 'requestsPerMinute'
  | 'connectionsPerAddress'
  | 'messageMaxChars'
  | 'passwordMinChars'
  | 'corsOrigins'
  | 'allowedHosts'
  | 'trustProxy'
  | 'logLevel'
>

/** What a caller asks of a stream. */
export interface StreamRequest {
  presence: 'full' | 'none'
  /** The cursor as it was sent; empty: none. */
  lastEventId: string
}

/** Everything that the HTTP layer asks of the rest of the server. */
export interface Services {
  settings: HttpSettings
  accounts: Pick<Accounts, 'check' | 'register' | 'login'>
  sessions: Pick<Sessions, 'find' | 'end'>
  messages: Pick<
    Messages,
    'broadcast' | 'direct' | 'check' | 'replay' | 'checkPage' | 'page' | 'find'
  >
  presence: Pick<Presence, 'list'>
  store: Pick<Store, 'ping' | 'counts' | 'now'>
  /** Signs and verifies tokens; 32 bytes or more. */
  signingKey: Uint8Array
  /**
   * Serves `GET /v1/events` and answers its `HEAD`: the caller is known, the parameters are checked and the opening is
   * paid for. Answers by itself, or throws a `Problem` before anything is written.
   */
  openStream(request: FastifyRequest, reply: FastifyReply, wanted: StreamRequest): void
  /** False once the server is shutting down. */
  ready(): boolean
  /** False while the store is lost: what is known here may no longer be so. */
  storeConnected(): boolean
}
