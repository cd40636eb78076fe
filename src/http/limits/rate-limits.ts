import { hash } from 'node:crypto'
import type { PostedMessage } from '../../chat/messages.ts'
import { Problem, type ProblemCode } from '../../chat/problems.ts'
import { lookupKey } from '../../chat/usernames.ts'
import type { Session, SharedCounts } from '../../store/store.ts'
import type { HttpSettings } from '../services.ts'
import { addressKeys } from './address-key.ts'
import { FailedAttemptLimiter } from './failed-attempt-limiter.ts'
import { RateLimiter } from './rate-limiter.ts'

/** One address may fail this many times as often as it may with one name. */
const namesPerAddress = 6

const failedLogins: readonly ProblemCode[] = ['unknown-user', 'wrong-password', 'wrong-credentials']

export type RateLimitSettings = Pick<
  HttpSettings,
  | 'messagesPerMinute'
  | 'readsPerMinute'
  | 'streamOpensPerMinute'
  | 'loginsPerMinute'
  | 'registrationsPerHour'
  | 'requestsPerMinute'
>

/** How often one account or one address may call what; all but failed logins is counted in this process. */
export class RateLimits {
  readonly #requests: RateLimiter
  readonly #messages: RateLimiter
  readonly #reads: RateLimiter
  readonly #streamOpens: RateLimiter
  readonly #registrations: RateLimiter
  readonly #loginsWithName: FailedAttemptLimiter
  readonly #logins: FailedAttemptLimiter

  /** @param counts where failed logins are counted for all nodes together */
  constructor(settings: RateLimitSettings, counts?: SharedCounts) {
    const perMinute = (points: number, message: string) => ({ points, seconds: 60, message })
    const { messagesPerMinute, readsPerMinute, streamOpensPerMinute } = settings
    const { loginsPerMinute, registrationsPerHour, requestsPerMinute } = settings
    this.#requests = new RateLimiter(
      perMinute(requestsPerMinute, `One address may make ${requestsPerMinute} requests a minute.`),
    )
    this.#messages = new RateLimiter(
      perMinute(messagesPerMinute, `One account may post ${messagesPerMinute} messages a minute.`),
    )
    this.#reads = new RateLimiter(
      perMinute(readsPerMinute, `One account may make ${readsPerMinute} reads a minute.`),
    )
    this.#streamOpens = new RateLimiter(
      perMinute(
        streamOpensPerMinute,
        `One account may open ${streamOpensPerMinute} streams a minute.`,
      ),
    )
    this.#registrations = new RateLimiter({
      points: registrationsPerHour,
      seconds: 3600,
      message: `One address may make ${registrationsPerHour} registrations an hour.`,
    })
    this.#loginsWithName = new FailedAttemptLimiter(
      perMinute(
        loginsPerMinute,
        `One address may fail to log in ${loginsPerMinute} times a minute with one username.`,
      ),
      refusedWith(failedLogins),
      counts,
    )
    const forAddress = loginsPerMinute * namesPerAddress
    this.#logins = new FailedAttemptLimiter(
      perMinute(forAddress, `One address may fail to log in ${forAddress} times a minute.`),
      refusedWith(failedLogins),
      counts,
    )
  }

  /** Pays for a request of any kind. @throws {Problem} `too-many-requests`, as all of these */
  request(address: string): void {
    this.#requests.consumeForAddress(addressKeys(address))
  }

  /** Pays for a read. */
  read({ account }: Session): void {
    this.#reads.consumeForAccount(account.id)
  }

  /** Pays for the opening of a stream. */
  openStream({ account }: Session): void {
    this.#streamOpens.consumeForAccount(account.id)
  }

  /**
   * Pays for a message, unless it is a replay, which costs nothing: it is answered also where
   * nothing is left to pay with.
   */
  async post(
    { account }: Session,
    post: () => Promise<PostedMessage>,
    replay: () => Promise<PostedMessage | undefined>,
  ): Promise<PostedMessage> {
    try {
      this.#messages.consumeForAccount(account.id)
    } catch (refusal) {
      const replayed = await replay()
      if (replayed === undefined) throw refusal
      return replayed
    }
    const posted = await post()
    if (posted.replayed) this.#messages.refundAccount(account.id)
    return posted
  }

  /** Pays for a registration that `check` lets through, unless it could not be tried. */
  async register(
    address: string,
    check: () => void,
    register: () => Promise<Session>,
  ): Promise<Session> {
    check()
    const keys = addressKeys(address)
    this.#registrations.consumeForAddress(keys)
    try {
      return await register()
    } catch (error) {
      if (refusedWith(['unavailable'])(error)) this.#registrations.refundAddress(keys)
      throw error
    }
  }

  /**
   * Lets a login through that may fail, and counts it if it does: for the address with the name and
   * for the address, never for the name alone, with which anyone could lock a person out.
   */
  login(address: string, username: string, login: () => Promise<Session>): Promise<Session> {
    const keys = addressKeys(address)
    // Hashed, for the name is what was typed: U+0000, or a password in the wrong field.
    const name = lookupKey(username)
    const withName = keys.map(({ key, times }) => ({
      key: hash('sha256', `${key} ${name}`),
      times,
    }))
    return this.#loginsWithName.run(withName, () => this.#logins.run(keys, login))
  }
}

function refusedWith(codes: readonly ProblemCode[]): (error: unknown) => boolean {
  return (error) => error instanceof Problem && codes.includes(error.code)
}
