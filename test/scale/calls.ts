import { personNamed, type Size } from '../support/large-database.ts'

/** A server under test, and what is known of its database. */
export interface Target {
  url: string
  size: Size
}

/** One kind of call. `prepare` is not timed. */
export interface Call {
  name: string
  /** How often it is measured. */
  times: number
  make(target: Target): Promise<() => Promise<void>>
}

/** Everyone's. */
export const password = 'tall-ships'

/**
 * Every endpoint, as the first account, which has most of the keys and many messages to and from it.
 */
export const calls: Call[] = [
  call('POST /v1/register', 20, async ({ url }) => {
    let nth = 0
    const prefix = `new${process.hrtime.bigint().toString(36)}`
    return () => post(url, '/v1/register', { username: `${prefix}${nth++}`, password }, 201)
  }),
  call('POST /v1/login', 20, async ({ url }) => {
    let nth = 10
    return () => post(url, '/v1/login', { username: personNamed(nth++), password }, 200)
  }),
  call('POST /v1/logout', 20, async (target) => {
    const tokens: string[] = []
    // One after the other: of one address only a few may wait.
    for (let at = 0; at < 24; at++) tokens.push(await logIn(target, 5 + at))
    return () => post(target.url, '/v1/logout', undefined, 204, tokens.pop())
  }),
  authorized('GET /v1/me', (get) => get('/v1/me')),
  authorized('GET /v1/messages', (get) => get('/v1/messages')),
  authorized('GET /v1/messages?after=0', (get) => get('/v1/messages?after=0')),
  authorized('GET /v1/messages?before=middle', (get, { messages }) =>
    get(`/v1/messages?before=${messages / 2}`),
  ),
  authorized('GET /v1/messages?with=…', (get) => get(`/v1/messages?with=${personNamed(2)}`)),
  authorized('GET /v1/messages/{id}', (get, { messages }) => get(`/v1/messages/${messages - 6}`)),
  authorized('GET /v1/users/online', (get) => get('/v1/users/online')),
  posting('POST /v1/messages/broadcast', () => ({ text: 'to everyone' }), 'broadcast'),
  posting('the same with a new key', () => ({ text: 'once' }), 'broadcast', 'new'),
  posting('the same with a known key', () => ({ text: 'once' }), 'broadcast', 'known'),
  posting(
    'POST /v1/messages/direct',
    () => ({ to: personNamed(3), text: 'to one', whenOffline: 'keep' }),
    'direct',
  ),
  call('POST /v1/events/token', 100, async (target) => {
    const token = await logIn(target)
    return () => post(target.url, '/v1/events/token', undefined, 201, token)
  }),
  stream('GET /v1/events until ready', () => undefined),
  stream('the same, 100 behind', (head) => head - 100),
  stream('the same, 10,000 behind', (head) => Math.max(0, head - 10_000), 10),
  call('GET /readyz', 100, async ({ url }) => async () => {
    await expect(await fetch(`${url}/readyz`), 200)
  }),
]

function call(name: string, times: number, make: Call['make']): Call {
  return { name, times, make }
}

type Get = (path: string) => Promise<void>

function authorized(name: string, ask: (get: Get, size: Size) => Promise<void>): Call {
  return call(name, 200, async (target) => {
    const token = await logIn(target)
    const get = async (path: string) => {
      await expect(await fetch(target.url + path, { headers: bearer(token) }), 200)
    }
    return () => ask(get, target.size)
  })
}

function posting(
  name: string,
  body: () => object,
  kind: 'broadcast' | 'direct',
  keyed?: 'new' | 'known',
): Call {
  return call(name, 200, async (target) => {
    const token = await logIn(target)
    let nth = 0
    const prefix = `${kind}-${keyed}-${process.hrtime.bigint()}`
    return () => {
      if (keyed !== 'known' || nth === 0) nth++
      const key = keyed && { 'Idempotency-Key': `${prefix}-${nth}` }
      return post(target.url, `/v1/messages/${kind}`, body(), 201, token, key)
    }
  })
}

function stream(name: string, cursor: (head: number) => number | undefined, times = 50): Call {
  return call(name, times, async (target) => {
    const token = await logIn(target)
    const page = await fetch(`${target.url}/v1/messages?limit=1`, { headers: bearer(token) })
    const { cursor: head } = (await page.json()) as { cursor: number | string }
    const from = cursor(Number.parseInt(String(head), 10))
    const query = from === undefined ? '' : `?lastEventId=${from}`
    return () => untilReady(`${target.url}/v1/events${query}`, token)
  })
}

async function untilReady(url: string, token: string): Promise<void> {
  const gone = new AbortController()
  const response = await fetch(url, { headers: bearer(token), signal: gone.signal })
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status}`)
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    if ((rest + chunk).includes('event: ready')) break
    rest = chunk.slice(-20)
  }
  gone.abort()
}

async function logIn({ url }: Target, nth = 1): Promise<string> {
  const response = await fetch(`${url}/v1/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: personNamed(nth), password }),
  })
  return ((await response.json()) as { token: string }).token
}

async function post(
  url: string,
  path: string,
  body: object | undefined,
  status: number,
  token?: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && bearer(token)),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  await expect(response, status)
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` }
}

async function expect(response: Response, status: number): Promise<void> {
  const text = await response.text()
  if (response.status !== status) throw new Error(`${response.url}: ${response.status} ${text}`)
}
