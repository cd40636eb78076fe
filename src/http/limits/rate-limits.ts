import { hash } from 'node:crypto'
import type { PostedMessage } from '../../chat/messages.ts'
import { Problem, type ProblemCode } from '../../chat/problems.ts'
import { lookupKey } from '../../chat/usernames.ts'
import type { RateLimitCounters } from '../../store/rate-limit-counters.ts'
import type { Session } from '../../store/session-store.ts'
import type { HttpSettings } from '../services.ts'
import { addressKeys, type LimitKey } from './address-keys.ts'
import { FailedAttemptLimiter } from './failed-attempt-limiter.ts'
import { RateLimiter } from './rate-limiter.ts'

/** How many times the limit with one name an address may fail with all names together. */
const namesPerAddress = 6

const failedLogins: readonly ProblemCode[] = ['unknown-user', 'wrong-password', 'wrong-credentials']

/**
 * The rate limits of accounts and addresses. Failed logins are counted in the store where several nodes
 * share it, everything else in this process. Every method throws a `Problem` `too-many-requests`.
 */
export class RateLimits {
  readonly #requests: RateLimiter
  readonly #messages: RateLimiter
  readonly #reads: RateLimiter
  readonly #streamOpens: RateLimiter
  readonly #registrations: RateLimiter
  readonly #loginsWithName: FailedAttemptLimiter
  readonly #logins: FailedAttemptLimiter

  /** @param counts where failed logins are counted for all nodes together */
  constructor(settings: HttpSettings, counts?: RateLimitCounters) {
    const { requestsPerMinute, messagesPerMinute, readsPerMinute, streamOpensPerMinute } = settings
    const { loginsPerMinute, registrationsPerHour } = settings
    const perMinute = (points: number, message: string) =>
      new RateLimiter({ points, seconds: 60, message: `${message} a minute.` })
    const failures = (points: number, message: string) =>
      new FailedAttemptLimiter({ points, seconds: 60, message }, refusedWith(failedLogins), counts)
    this.#requests = perMinute(
      requestsPerMinute,
      `One address may make ${requestsPerMinute} requests`,
    )
    this.#messages = perMinute(
      messagesPerMinute,
      `One account may post ${messagesPerMinute} messages`,
    )
    this.#reads = perMinute(readsPerMinute, `One account may make ${readsPerMinute} reads`)
    this.#streamOpens = perMinute(
      streamOpensPerMinute,
      `One account may open ${streamOpensPerMinute} streams`,
    )
    this.#registrations = new RateLimiter({
      points: registrationsPerHour,
      seconds: 3600,
      message: `One address may make ${registrationsPerHour} registrations an hour.`,
    })
    const oneName = `One address may fail to log in ${loginsPerMinute} times a minute with one username.`
    const allLogins = loginsPerMinute * namesPerAddress
    const allNames = `One address may fail to log in ${allLogins} times a minute.`
    this.#loginsWithName = failures(loginsPerMinute, oneName)
    this.#logins = failures(allLogins, allNames)
  }

  /** Any request, also one that reaches no route. */
  request(address: string): void {
    this.#requests.consume(addressKeys(address))
  }

  read(session: Session): void {
    this.#reads.consume(accountKeys(session))
  }

  /** A stream to be opened. */
  stream(session: Session): void {
    this.#streamOpens.consume(accountKeys(session))
  }

  /** A message. A replay costs nothing, and is answered also past the limit. */
  async post(
    session: Session,
    post: () => Promise<PostedMessage>,
    replay: () => Promise<PostedMessage | undefined>,
  ): Promise<PostedMessage> {
    const keys = accountKeys(session)
    try {
      this.#messages.consume(keys)
    } catch (refusal) {
      const replayed = await replay()
      if (replayed === undefined) throw refusal
      return replayed
    }
    const posted = await post()
    if (posted.replayed) this.#messages.refund(keys)
    return posted
  }

  /** A registration that passes `check`. It costs nothing where the store was unavailable. */
  async register(
    address: string,
    check: () => void,
    register: () => Promise<Session>,
  ): Promise<Session> {
    check()
    const keys = addressKeys(address)
    this.#registrations.consume(keys)
    try {
      return await register()
    } catch (error) {
      if (refusedWith(['unavailable'])(error)) this.#registrations.refund(keys)
      throw error
    }
  }

  /**
   * A login, which counts if it fails: for the address with the name, and for the address. It never
   * counts for the name alone, or anyone could lock an account.
   */
  login(address: string, username: string, login: () => Promise<Session>): Promise<Session> {
    const keys = addressKeys(address)
    // Hashed, because anything can be typed as a name: U+0000, or a password in the wrong field.
    const name = lookupKey(username)
    const withName = keys.map(({ key, times }) => ({
      key: hash('sha256', `${key} ${name}`),
      times,
    }))
    return this.#loginsWithName.run(withName, () => this.#logins.run(keys, login))
  }
}

function accountKeys({ account }: Session): LimitKey[] {
  return [{ key: String(account.id), times: 1 }]
}

function refusedWith(codes: readonly ProblemCode[]): (error: unknown) => boolean {
  return (error) => error instanceof Problem && codes.includes(error.code)
}
