import { hash } from 'node:crypto'
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
  readonly #rooms: RateLimiter
  readonly #adds: RateLimiter
  readonly #reads: RateLimiter
  readonly #streamOpens: RateLimiter
  readonly #registrations: RateLimiter
  readonly #loginsWithName: FailedAttemptLimiter
  readonly #logins: FailedAttemptLimiter

  /** @param counts where failed logins are counted for all nodes together */
  constructor(settings: HttpSettings, counts?: RateLimitCounters) {
    const { requestsPerMinute, messagesPerMinute, readsPerMinute, streamOpensPerMinute } = settings
    const { loginsPerMinute, registrationsPerHour, roomsCreatedPerDay, addsPerHour } = settings
    const perMinute = (points: number, message: string) =>
      new RateLimiter({ points, seconds: 60, message: `${message} a minute.` })
    const failures = (points: number, message: string) =>
      new FailedAttemptLimiter({ points, seconds: 60, message }, refusedWith(failedLogins), counts)
    this.#requests = perMinute(
      requestsPerMinute,
      `One address may make ${requestsPerMinute} requests`,
    )
    this.#messages = new RateLimiter({
      points: messagesPerMinute,
      seconds: 60,
      message: `One account may write ${messagesPerMinute} times a minute: messages, and all that changes a message, a room or the account.`,
    })
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
    this.#rooms = new RateLimiter({
      points: roomsCreatedPerDay,
      seconds: 86_400,
      message: `One account may make ${roomsCreatedPerDay} rooms a day.`,
    })
    this.#adds = new RateLimiter({
      points: addsPerHour,
      seconds: 3600,
      message: `One account may add ${addsPerHour} people to rooms an hour.`,
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

  /** Anything else that writes to the log, which counts as a message does. */
  write(session: Session): void {
    this.#messages.consume(accountKeys(session))
  }

  /** A message. A replay costs nothing, and is answered also past the limit. */
  async post<T extends Replayable>(session: Session, { make, replay }: Post<T>): Promise<T> {
    const keys = accountKeys(session)
    const replayed = await consumeOrElse(this.#messages, keys, replay)
    if (replayed !== undefined) return replayed
    const posted = await make()
    if (posted.replayed) this.#messages.refund(keys)
    return posted
  }

  /** A new room, which counts as a message, too; with replays as those of messages. */
  async createRoom<T extends Replayable>(session: Session, room: Post<T>): Promise<T> {
    const keys = accountKeys(session)
    const replayed = await consumeOrElse(this.#rooms, keys, room.replay)
    if (replayed !== undefined) return replayed
    const isMade = (made: T) => !made.replayed
    return refundedUnless(isMade, this.#rooms, keys, () => this.post(session, room))
  }

  /**
   * A member who may be new to a room. Without a new one it costs no more than any write. Past the limit
   * only `change` is tried, which adds nobody.
   */
  async addMember<T extends { joined: boolean }>(
    session: Session,
    { add, change }: { add: () => Promise<T>; change: () => Promise<T | undefined> },
  ): Promise<T> {
    this.write(session)
    const keys = accountKeys(session)
    const changed = await consumeOrElse(this.#adds, keys, change)
    return changed ?? refundedUnless(({ joined }) => joined, this.#adds, keys, add)
  }

  /** A registration that passes `check`. It costs nothing where the store was unavailable. */
  async register(
    address: string,
    check: () => Promise<void>,
    register: () => Promise<Session>,
  ): Promise<Session> {
    await check()
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
   * A login, or another check of a password, which counts if it fails: for the address with the name, and
   * for the address. It never counts for the name alone, or anyone could lock an account.
   */
  login<T>(address: string, username: string, login: () => Promise<T>): Promise<T> {
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

interface Replayable {
  replayed: boolean
}

/** Something that is made once for each idempotency key. */
interface Post<T extends Replayable> {
  make: () => Promise<T>
  /** What was made with the same key before, if anything. It makes nothing. */
  replay: () => Promise<T | undefined>
}

/** Takes a point; past the limit, finds what costs none. @returns that; undefined: a point was taken */
async function consumeOrElse<T>(
  limiter: RateLimiter,
  keys: readonly LimitKey[],
  replay: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    limiter.consume(keys)
    return undefined
  } catch (refusal) {
    const replayed = await replay()
    if (replayed === undefined) throw refusal
    return replayed
  }
}

/** Gives a point back unless something was made, or may have been. */
async function refundedUnless<T>(
  isMade: (result: T) => boolean,
  limiter: RateLimiter,
  keys: readonly LimitKey[],
  make: () => Promise<T>,
): Promise<T> {
  try {
    const result = await make()
    if (!isMade(result)) limiter.refund(keys)
    return result
  } catch (error) {
    if (!refusedWith(['outcome-unknown'])(error)) limiter.refund(keys)
    throw error
  }
}

function accountKeys({ account }: Session): LimitKey[] {
  return [{ key: String(account.id), times: 1 }]
}

function refusedWith(codes: readonly ProblemCode[]): (error: unknown) => boolean {
  return (error) => error instanceof Problem && codes.includes(error.code)
}
