import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** How often something is said, in ms. */
const everyMs = 50

/** A call may fail so long, in ms, while the server is away. */
const patienceMs = 60_000

/** Someone who says something twenty times a second, and retries until it is answered. */
export class Poster {
  /** What was answered 201, in the order of the log. */
  readonly said: { id: number; text: string }[] = []
  /** What some readers take for the end of a line, or for something else than it is. */
  readonly oddTexts = [
    'a\u2028event: bye\u2029id: 9',
    'a\nb\r\nc\rd\n\ndata: {}\n\n',
    '漢'.repeat(4_000),
    '"\\'.repeat(2_000),
    '\u{1f469}\u200d\u{1f680}'.repeat(1_300),
    '\ufeffdata: x\ufeff',
  ]
  readonly #url: string
  readonly #token: string
  #talking: Promise<void> | undefined
  #stopped = false

  private constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  static async register(url: string): Promise<Poster> {
    return new Poster(url, await register(url, 'poster'))
  }

  /** Registers another person, and has their tokens made. */
  async someoneElse(username: string): Promise<{ token: string; streamToken: string }> {
    const token = await register(this.#url, username)
    const { body } = await call(this.#url, '/v1/events/token', { token })
    return { token, streamToken: body.token }
  }

  async logout(token: string): Promise<void> {
    await call(this.#url, '/v1/logout', { token })
  }

  /** Begins to talk. */
  go(): void {
    this.#talking = this.#talk()
  }

  /** Resolves once what was being said is answered. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#talking
  }

  /** Says something, again and again until it is answered, with one key. */
  async say(text: string): Promise<void> {
    const key = randomUUID()
    const until = performance.now() + patienceMs
    for (;;) {
      try {
        const { status, body } = await call(this.#url, '/v1/messages/broadcast', {
          token: this.#token,
          key,
          body: { text },
        })
        if (status === 201) {
          this.said.push({ id: body.id, text })
          return
        }
      } catch (error) {
        if (performance.now() > until) throw error
      }
      await pause(everyMs)
    }
  }

  async #talk(): Promise<void> {
    for (let n = 1; !this.#stopped; n++) {
      await this.say(`message ${n}`)
      await pause(everyMs)
    }
  }
}

async function register(url: string, username: string): Promise<string> {
  const { body } = await call(url, '/v1/register', { body: { username, password: 'tall-ships' } })
  return body.token
}

async function call(
  url: string,
  path: string,
  { token, key, body }: { token?: string; key?: string; body?: object },
  // biome-ignore lint/suspicious/noExplicitAny: what is answered
): Promise<{ status: number; body: any }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(key && { 'Idempotency-Key': key }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
