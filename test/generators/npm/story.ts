import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { env, exit, stdin, stdout } from 'node:process'

/** A message, in any program's words for it. */
export interface Said {
  id: number
  kind: 'broadcast' | 'direct' | 'room'
  from: string
  to?: string
  text: string
}

/** What a generated client is asked to do. Each call throws a `Refusal` where it is refused. */
export interface Chat {
  register(username: string, password: string): Promise<{ token: string }>
  login(username: string, password: string): Promise<{ token: string }>
  me(token: string): Promise<{ user: { username: string } }>
  broadcast(token: string, text: string, idempotencyKey: string): Promise<Said>
  direct(token: string, to: string, text: string): Promise<Said>
  page(token: string, after: number, limit: number): Promise<{ messages: Said[]; more: boolean }>
  message(token: string, id: number): Promise<Said>
  online(token: string): Promise<{ users: { username: string }[]; count: number }>
  streamToken(token: string): Promise<{ token: string }>
  logout(token: string): Promise<void>
  /** What the events of a stream hold; absent where a generated call waits for the stream's end. */
  stream?(token: string, cursor: string, signal: AbortSignal): AsyncIterable<unknown>
}

/** The server's refusal, as the generated client gives it. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string

  constructor(status: number, problem: { type: string } | undefined) {
    super(`${status} ${problem?.type}`)
    this.status = status
    this.type = problem?.type ?? 'no problem'
  }
}

/** Where the server is. */
export const url = env.OBROL_URL as string

/** Talks to the server from registration to logout, while it is started anew now and then. */
export async function tell(chat: Chat): Promise<void> {
  await talk(chat)
  // What is still open must not keep the process.
  exit()
}

async function talk(chat: Chat): Promise<void> {
  const { token: ann } = await chat.register('ann', 'tall-ships')
  const { token: bob } = await chat.register('bob', 'red-lantern')
  const { token: again } = await chat.login('ann', 'tall-ships')
  await restart()
  assert.equal((await chat.me(ann)).user.username, 'ann')

  const first = await chat.broadcast(ann, 'Hello, everyone', 'one')
  assert.equal(first.kind, 'broadcast')
  assert.equal(first.to, undefined)
  await restart()
  assert.deepEqual(await chat.broadcast(ann, 'Hello, everyone', 'one'), first)
  const second = await chat.direct(bob, 'ann', 'Hello, Ann')
  assert.deepEqual([second.kind, second.to, second.id], ['direct', 'ann', first.id + 1])

  const page = await chat.page(ann, 0, 1)
  assert.deepEqual(page.messages, [first])
  assert.equal(page.more, true)
  const next = await chat.page(ann, first.id, 1)
  assert.deepEqual([next.messages, next.more], [[second], false])
  assert.deepEqual(await chat.message(ann, second.id), second)

  await hear(chat, ann, bob)
  const refusals: [() => Promise<unknown>, number, string][] = [
    [() => chat.message(ann, 4711), 404, 'not-found'],
    [() => chat.direct(ann, 'nobody', 'Hello?'), 404, 'unknown-recipient'],
    [() => chat.broadcast(ann, 'Other content', 'one'), 422, 'idempotency-key-reused'],
    [() => chat.login('ann', 'wrong'), 401, 'wrong-password'],
  ]
  for (const [call, status, code] of refusals)
    await assert.rejects(call, { status, type: `/problems/${code}` })

  await chat.logout(ann)
  await assert.rejects(() => chat.me(ann), { status: 401, type: '/problems/unauthorized' })
  await restart()
  assert.equal((await chat.me(again)).user.username, 'ann')
  await chat.logout(again)
}

/** Who has a stream is online, and hears what is said, whether it was there before or comes then. */
async function hear(chat: Chat, ann: string, bob: string): Promise<void> {
  const closing = new AbortController()
  const { token } = await chat.streamToken(ann)
  const events = chat.stream?.(ann, '1', closing.signal) ?? bareStream(token, closing.signal)
  let said: Said | undefined
  for await (const event of events) {
    const text = JSON.stringify(event)
    if (text.includes('onlineCount') && said === undefined) {
      const { users, count } = await chat.online(bob)
      assert.deepEqual([users.map(({ username }) => username), count], [['ann'], 1])
      said = await chat.broadcast(bob, 'Do you hear me?', 'two')
    }
    if (text.includes('Do you hear me?')) break
  }
  closing.abort()
  stdout.write(chat.stream === undefined ? 'the stream without the client\n' : 'the stream\n')
}

/** The stream where the generated client has none to give: with its token, by `fetch`. */
async function* bareStream(token: string, signal: AbortSignal): AsyncIterable<string> {
  const { body } = await fetch(`${url}/v1/events?lastEventId=1&token=${token}`, { signal })
  yield* textOf(body)
}

/** The text of a body as it comes in. */
export function textOf(body: ReadableStream<BufferSource> | null): AsyncIterable<string> {
  return (body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream())
}

/** Has the server started anew, on the same port and with the same data. */
async function restart(): Promise<void> {
  stdout.write('restart\n')
  await once(stdin, 'data')
}
