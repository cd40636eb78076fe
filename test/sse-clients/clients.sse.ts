import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { CommandProcess } from '../faults/support/process.ts'
import { freePort } from '../support/free-port.ts'
import { temporaryFolder } from '../support/room.ts'
import { Client } from './support/client.ts'
import { CuttingProxy } from './support/cutting-proxy.ts'
import { prepare } from './support/languages.ts'
import { Poster } from './support/poster.ts'

/** The longest that clients may take to come back: some of them wait twice as long each time. */
const patienceMs = 60_000

async function until(condition: () => boolean, ms = patienceMs): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await pause(50))
    if (condition()) return true
  return condition()
}

t.test('clients that others wrote lose, double and disorder nothing', async (t) => {
  const { ready, leftOut } = await prepare((line) => t.comment(line))
  for (const name of leftOut) t.pass(`left out, as its language is not here: ${name}`)
  const folder = await temporaryFolder(t)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const start = async () => {
    const server = new CommandProcess({
      folder,
      env: { PORT: `${port}`, REQUESTS_PER_MINUTE: '0', CONNECTIONS_PER_ADDRESS: '0' },
    })
    await server.listening()
    return server
  }
  let server = await start()
  const poster = await Poster.register(url)
  const clients: Client[] = []
  const proxies: CuttingProxy[] = []
  t.teardown(async () => {
    poster.stop()
    await Promise.all(clients.map((client) => client.kill()))
    for (const proxy of proxies) proxy.close()
    server.signal('SIGKILL')
    await server.exited
  })

  const tokens: string[] = []
  for (const [index, client] of ready.entries()) {
    const { token, streamToken } = await poster.someoneElse(`client${index}`)
    const proxy = await CuttingProxy.open(port)
    const address = `http://127.0.0.1:${proxy.port}/v1/events`
    tokens.push(token)
    proxies.push(proxy)
    clients.push(
      new Client(client, {
        STREAM_URL: address,
        STREAM_URL_WITH_TOKEN: `${address}?token=${streamToken}`,
        TOKEN: token,
      }),
    )
  }
  const isReady = (client: Client) => client.told.some(({ event }) => event === 'ready')
  await until(() => clients.every(isReady))
  for (const client of clients.filter((client) => !isReady(client)))
    t.fail(`${client.name} never became ready: ${client.complaints}`)

  poster.go()
  await pause(3_000)
  await server.end('SIGKILL')
  await pause(1_000)
  server = await start()
  await pause(5_000)
  for (const proxy of proxies) proxy.cutNext()
  t.ok(await until(() => proxies.every(({ cuts }) => cuts === 1)), 'each was cut in mid-message')
  await pause(4_000)
  t.match(await server.end('SIGTERM'), { code: 0 }, 'drained')
  server = await start()
  await pause(3_000)
  for (const text of poster.oddTexts) await poster.say(text)
  await poster.stop()

  const last = poster.said.at(-1)?.id as number
  await until(() => clients.every((client) => client.has(last) || client.status !== undefined))
  t.ok(poster.said.length > 100, `${poster.said.length} messages`)
  for (const client of clients) {
    t.equal(client.compared(poster.said), '', `${client.name}: each once, in order, as it was said`)
    const resets = client.resets.map(({ reason, from, at }) => [reason, from - at])
    const starts = [1, 2].map(() => ['new-epoch', 0])
    t.same(resets, starts, `${client.name} is told of each start once, at its cursor`)
    t.equal(client.status, undefined, `${client.name} is there: ${client.complaints}`)
  }

  for (const token of tokens) await poster.logout(token)
  await until(() => clients.every(({ status }) => status !== undefined))
  for (const client of clients)
    t.equal(client.status, 0, `${client.name} ends with its session: ${client.complaints}`)
})
