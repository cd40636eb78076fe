import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { FairQueue, type Networks } from './fair-queue.ts'

const derive = promisify(argon2)

/** The least that OWASP's password storage cheat sheet asks of argon2id: 19 MiB, 2 passes, 1 lane. */
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1 }
const saltBytes = 16
const tagBytes = 32

interface PasswordHash {
  memory: number
  passes: number
  parallelism: number
  salt: Buffer
  tag: Buffer
}

/** Stands in for the hash of an unknown name, at the cost of a real one. */
const dummyHash: PasswordHash = {
  ...cost,
  salt: Buffer.alloc(saltBytes),
  tag: Buffer.alloc(tagBytes),
}

/**
 * Hashes and verifies passwords off the event loop, one at a time: each takes 19 MiB and a core for
 * as long as it lasts, so that several at once would be done no sooner where cores are few, and
 * would leave less for everyone else. Those who wait are bounded, and their turns are shared fairly
 * between the networks that they come from: a flood of logins takes neither the memory nor the
 * turns of others.
 */
export class Passwords {
  readonly #queue: FairQueue

  /**
   * @param options.maxWaitingPerNetwork how many may wait from one network, see `FairQueue` (4)
   * @param options.maxWaiting how many may wait in all (1,024)
   */
  constructor({ maxWaitingPerNetwork = 4, maxWaiting = 1024 } = {}) {
    this.#queue = new FairQueue({ maxWaitingPerNetwork, maxWaiting })
  }

  /**
   * A PHC string for a new password.
   *
   * @param from where it was sent from
   * @throws {Problem} `unavailable` where too many wait
   */
  async hash(password: string, from: Networks): Promise<string> {
    const salt = randomBytes(saltBytes)
    const tag = await this.#queue.run(from, () =>
      deriveTag(password, { ...cost, salt, tag: dummyHash.tag }),
    )
    return format({ ...cost, salt, tag })
  }

  /**
   * Whether the password is the one that was hashed. Without a hash it is false after the same
   * time, so that nobody can tell by the clock whether a name exists.
   *
   * @param phc a PHC string of `hash`
   * @param from where the password was sent from
   * @throws {Problem} `unavailable` where too many wait
   * @throws {Error} where `phc` is no argon2id PHC string
   */
  async verify(password: string, phc: string | undefined, from: Networks): Promise<boolean> {
    const known = phc === undefined ? dummyHash : parse(phc)
    const tag = await this.#queue.run(from, () => deriveTag(password, known))
    return timingSafeEqual(tag, known.tag) && known !== dummyHash
  }
}

function deriveTag(password: string, { salt, tag, ...cost }: PasswordHash): Promise<Buffer> {
  return derive('argon2id', { ...cost, message: password, nonce: salt, tagLength: tag.length })
}

/** The string format of the PHC, version 19 (1.3) of argon2; Base64 without padding. */
const phcString =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d{0,2})\$([A-Za-z\d+/]{11,86})\$([A-Za-z\d+/]{16,86})$/

function format({ memory, passes, parallelism, salt, tag }: PasswordHash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

function parse(phc: string): PasswordHash {
  const parts = phc.match(phcString)
  if (!parts) throw new Error('A stored password hash is not an argon2id PHC string')
  const [memory, passes, parallelism] = parts.slice(1, 4).map(Number) as [number, number, number]
  const [salt, tag] = parts.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  return { memory, passes, parallelism, salt, tag }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
