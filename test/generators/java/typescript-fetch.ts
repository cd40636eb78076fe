import { strict as assert } from 'node:assert'
import { env, stdout } from 'node:process'
import {
  AccountsApi,
  Configuration,
  EventsApi,
  MessageKindEnum,
  MessagesApi,
  NewDirectWhenOfflineEnum,
  PeopleApi,
  ProblemType,
  ResponseError,
} from './generated/index.js'

/** Talks to the server with what openapi-generator makes for TypeScript. */
const basePath = env.OBROL_URL as string
const anyone = new AccountsApi(new Configuration({ basePath }))

async function one(username: string, password: string): Promise<Configuration> {
  const { token } = await anyone.register({ newAccount: { username, password } })
  return new Configuration({ basePath, accessToken: token })
}

async function refused(call: Promise<unknown>, status: number, type: ProblemType): Promise<void> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(error instanceof ResponseError)
  assert.deepEqual([error.response.status, (await error.response.json()).type], [status, type])
}

async function main(): Promise<void> {
  const ann = await one('ann', 'tall-ships')
  const bob = await one('bob', 'red-lantern')
  const messages = new MessagesApi(ann)
  assert.equal((await new AccountsApi(ann).getMe()).user.username, 'ann')

  const hello = { newBroadcast: { text: 'Hello' }, idempotencyKey: 'one' }
  const first = await messages.sendBroadcast(hello)
  assert.deepEqual([first.kind, first.to], [MessageKindEnum.Broadcast, undefined])
  assert.deepEqual(await messages.sendBroadcast(hello), first)
  const whenOffline = NewDirectWhenOfflineEnum.Keep
  const second = await new MessagesApi(bob).sendDirect({
    newDirect: { to: 'ann', text: 'Psst', whenOffline },
  })
  assert.deepEqual([second.kind, second.to], [MessageKindEnum.Direct, 'ann'])

  assert.deepEqual(await messages.listMessages({ after: 0, limit: 1 }), {
    messages: [first],
    more: true,
    cursor: (await messages.listMessages({ after: 0, limit: 1 })).cursor,
  })
  assert.deepEqual(await messages.getMessage({ id: second.id }), second)
  await refused(messages.getMessage({ id: 4711 }), 404, ProblemType.ProblemsNotFound)
  const lost = messages.sendDirect({ newDirect: { to: 'nobody', text: '?' } })
  await refused(lost, 404, ProblemType.ProblemsUnknownRecipient)

  // The call that ends in `Raw` gives the answer as it comes.
  const { raw } = await new EventsApi(ann).openStreamRaw({ lastEventId: '1' })
  let text = ''
  for await (const part of (raw.body as ReadableStream<BufferSource>).pipeThrough(
    new TextDecoderStream(),
  )) {
    text += part
    if (text.includes('event: ready')) break
  }
  assert.match(text, /Psst/)
  assert.equal((await new PeopleApi(bob).listOnlineUsers()).count, 1)

  await new AccountsApi(ann).logout()
  await refused(new AccountsApi(ann).getMe(), 401, ProblemType.ProblemsUnauthorized)
  stdout.write('the stream\n')
}

await main()
