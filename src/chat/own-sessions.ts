import type { Session, SessionDetails } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { Problem } from './problems.ts'
import type { SessionActivity } from './session-activity.ts'
import { type Sessions, sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'

/** A session in the list of its person. */
export interface OwnSession extends SessionDetails {
  /** Whether it is the one that asks. */
  current: boolean
}

export interface OwnSessionsOptions {
  store: Pick<Store, 'sessions'>
  sessions: Pick<Sessions, 'invalidate'>
  activity: Pick<SessionActivity, 'lastUse'>
  /** How long a session lives from its login, and from each renewal, in ms. */
  ttlMs: number
  /** How long it lives from its login at most, in ms. */
  maxMs: number
}

/** What people see and do with their own logins. */
export class OwnSessions {
  readonly #options: OwnSessionsOptions

  constructor(options: OwnSessionsOptions) {
    this.#options = options
  }

  /** The caller's sessions, the one that was used last first. @throws {Problem} `unavailable` */
  async list(caller: Session): Promise<OwnSession[]> {
    const { store, activity } = this.#options
    const stored = await mapStoreErrors(store.sessions.ofAccount(caller.account.id))
    return stored
      .map((session) => {
        const lastSeenAt = Math.max(session.lastSeenAt, activity.lastUse(session.id) ?? 0)
        return { ...session, lastSeenAt, current: session.id === caller.id }
      })
      .sort((one, other) => other.lastSeenAt - one.lastSeenAt)
  }

  /** @throws {Problem} `not-found`, `unauthorized`, `unavailable`, `outcome-unknown` */
  async end(caller: Session, id: number): Promise<void> {
    if ((await this.#end(caller, id)).length === 0)
      throw new Problem('not-found', 'You have no session with this id.')
  }

  /** Ends all but the caller's. @throws {Problem} `unauthorized`, `unavailable`, `outcome-unknown` */
  async endOthers(caller: Session): Promise<void> {
    await this.#end(caller, 'others')
  }

  /**
   * Lets the caller's session live on. Its earlier tokens stay valid until their own expiry.
   *
   * @throws {Problem} `unauthorized`, `unavailable`, `outcome-unknown`
   */
  async renew({ id }: Session): Promise<Session> {
    const { store, sessions, ttlMs, maxMs } = this.#options
    const renewed = await mapStoreErrors(store.sessions.renew(id, ttlMs, maxMs))
    if (!renewed) throw sessionEnded()
    sessions.invalidate([id])
    return renewed
  }

  async #end({ id: session }: Session, which: number | 'others'): Promise<readonly number[]> {
    const { store, sessions } = this.#options
    const ended = await mapStoreErrors(store.sessions.endOwn({ kind: 'session', session }, which))
    if (ended === 'session-ended') throw sessionEnded()
    // The store reports their end, too, perhaps a moment later.
    sessions.invalidate(ended)
    return ended
  }
}
