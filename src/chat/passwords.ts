import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type Networks, PasswordQueue } from './password-queue.ts'

const derive = promisify(argon2)

/** The minimum of OWASP's password storage cheat sheet for argon2id: 19 MiB, 2 passes, 1 lane. */
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

/** Verified for unknown names, so that they take as long as known ones. */
const dummyHash: PasswordHash = {
  ...cost,
  salt: Buffer.alloc(saltBytes),
  tag: Buffer.alloc(tagBytes),
}

/**
 * Hashes and verifies passwords off the event loop, one at a time, since each takes 19 MiB and a
 * whole core. The number of waiting tasks is bounded, and turns are shared fairly between networks,
 * so a flood of logins takes neither the memory nor the turns of others.
 */
export class Passwords {
  readonly #queue: PasswordQueue

  /**
   * @param options.maxWaitingPerNetwork how many tasks may wait from one network, see `PasswordQueue` (4)
   * @param options.maxWaiting how many tasks may wait in all (1,024)
   */
  constructor({ maxWaitingPerNetwork = 4, maxWaiting = 1024 } = {}) {
    this.#queue = new PasswordQueue({ maxWaitingPerNetwork, maxWaiting })
  }

  /**
   * @param from the networks of the client
   * @returns a PHC string
   * @throws {Problem} `unavailable` if too many tasks wait
   */
  async hash(password: string, from: Networks): Promise<string> {
    const salt = randomBytes(saltBytes)
    const tag = await this.#queue.run(from, () =>
      deriveTag(password, { ...cost, salt, tag: dummyHash.tag }),
    )
    return format({ ...cost, salt, tag })
  }

  /**
   * Whether the password belongs to the hash. Without a hash the result is false after the same
   * time, so that the time does not reveal whether a name exists.
   *
   * @param phc a PHC string of `hash`
   * @param from the networks of the client
   * @throws {Problem} `unavailable` if too many tasks wait
   * @throws {Error} if `phc` is not an argon2id PHC string
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

/** The PHC string format with argon2 version 19 (1.3); Base64 without padding. */
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
