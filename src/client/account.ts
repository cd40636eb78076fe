import type { ApiAccess } from './api-access.ts'
import { isNull, isSessionList, isUser, isUserPage } from './guards.ts'
import { wasNotProcessed } from './http-client.ts'
import type {
  CallOptions,
  NamesOptions,
  ProfileChanges,
  SessionInfo,
  User,
  UserPage,
} from './types.ts'

/** The calls of the user's own account: `client.account`. */
export class Account {
  readonly #api: ApiAccess

  /** @internal */
  constructor(api: ApiAccess) {
    this.#api = api
  }

  /**
   * Changes what the user says of themselves; null takes the display name away. Errors: `invalid-request`, and
   * `too-many-requests` within a minute of the last change.
   */
  update(changes: ProfileChanges, options: CallOptions = {}): Promise<User> {
    return this.#api.call('PATCH', ['me'], isUser, options, { body: changes })
  }

  /** Every login of the user that has not ended, the one that was used last first. */
  async sessions(options: CallOptions = {}): Promise<SessionInfo[]> {
    return (await this.#api.call('GET', ['sessions'], isSessionList, options)).sessions
  }

  /** Ends one of them. Error: `not-found`, also if it has ended already. */
  async endSession(id: number, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['sessions', id], isNull, options)
  }

  /** Ends all but this client's. */
  async endOtherSessions(options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['sessions'], isNull, options)
  }

  /**
   * Changes the password; the user's other sessions end. Not repeated if it may have been carried out. Errors:
   * `wrong-password`, `no-password`, `invalid-request` for a new one that is not allowed.
   */
  async changePassword(
    currentPassword: string,
    newPassword: string,
    options: CallOptions = {},
  ): Promise<void> {
    const more = { body: { currentPassword, newPassword }, shouldRetry: wasNotProcessed }
    await this.#api.call('PUT', ['me', 'password'], isNull, options, more)
  }

  /** A page of those whom the user has blocked, sorted by name. */
  blocks({ limit, after, ...options }: NamesOptions = {}): Promise<UserPage> {
    const more = { query: { limit, after } }
    return this.#api.call('GET', ['me', 'blocks'], isUserPage, options, more)
  }

  /**
   * Blocks someone: they can no longer post, edit, react or type in the direct conversation with the user, nor
   * add them to a room. Errors: `unknown-person`, `invalid-request` for oneself.
   */
  async block(username: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('PUT', ['me', 'blocks', username], isNull, options)
  }

  /** Takes a block away. Error: `unknown-person`. */
  async unblock(username: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['me', 'blocks', username], isNull, options)
  }
}
