/**
 * Watches a server during a flood, in a process of its own: how fast it answers other clients, and how
 * much memory it takes. The parent sends the server to watch, and gets the measurements at `stop`.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

/** The server to watch. */
export interface Watched {
  url: string
  pid: number
  token: string
  username: string
  password: string
}

/** The durations of calls of one kind, in ms. */
export interface Times {
  count: number
  median: number
  p99: number
  worst: number
  /** The calls that were refused, cut or not answered in time, by outcome. */
  failed: Record<string, number>
}

export interface Seen {
  health: Times
  posts: Times
  logins: Times
  /** The largest resident memory, in MB. */
  peakMb: number
}

/** A call without an answer for so long has failed, in ms. */
const patienceMs = 10_000

class Calls {
  readonly #times: number[] = []
  readonly #failed: Record<string, number> = {}
  #underWay = 0

  async make(call: () => Promise<number>, right: number): Promise<void> {
    const begun = performance.now()
    this.#underWay++
    const outcome = await call().catch((error) => `${error.code ?? error.message}`)
    this.#underWay--
    this.#times.push(performance.now() - begun)
    if (outcome !== right) this.#failed[outcome] = (this.#failed[outcome] ?? 0) + 1
  }

  get made(): number {
    return this.#times.length + this.#underWay
  }

  get settled(): boolean {
    return this.#underWay === 0
  }

  get seen(): Times {
    const sorted = this.#times.toSorted((one, other) => one - other)
    const at = (part: number) => Math.round(sorted[Math.ceil(part * sorted.length) - 1] ?? 0)
    const { length: count } = sorted
    return { count, median: at(0.5), p99: at(0.99), worst: at(1), failed: this.#failed }
  }
}

function watch({ url, pid, token, username, password }: Watched): () => Promise<Seen> {
  const health = new Calls()
  const posts = new Calls()
  const logins = new Calls()
  let peakMb = 0
  const agent = new Agent({ keepAlive: true })
  const call = (path: string, from: string, body?: object, headers = {}) =>
    new Promise<number>((resolve, reject) => {
      const outgoing = request(url + path, {
        agent,
        localAddress: from,
        method: body ? 'POST' : 'GET',
        timeout: patienceMs,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')))
      outgoing.on('error', reject)
      outgoing.on('response', (response) => {
        response.resume().on('end', () => resolve(response.statusCode as number))
      })
      outgoing.end(body && JSON.stringify(body))
    })
  const bearer = { authorization: `Bearer ${token}` }
  const timers = [
    setInterval(() => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      peakMb = Math.max(peakMb, (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6)
      health.make(() => call('/healthz', '127.0.0.250'), 200)
    }, 50),
    setInterval(() => {
      const text = 'still here'
      posts.make(() => call('/v1/messages/broadcast', '127.0.0.251', { text }, bearer), 201)
    }, 600),
    setInterval(() => {
      // Each from another address, as of another client.
      const from = `127.0.0.${100 + (logins.made % 100)}`
      logins.make(() => call('/v1/login', from, { username, password }), 200)
    }, 1000),
  ]
  return async () => {
    for (const timer of timers) clearInterval(timer)
    while (![health, posts, logins].every(({ settled }) => settled))
      await new Promise((resolve) => setTimeout(resolve, 20))
    agent.destroy()
    return { health: health.seen, posts: posts.seen, logins: logins.seen, peakMb }
  }
}

let stop = async (): Promise<Seen | undefined> => undefined
process.on('message', async (message: Watched | 'stop') => {
  if (message !== 'stop') stop = watch(message)
  else process.send?.(await stop(), () => process.disconnect?.())
})
