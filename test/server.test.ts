import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { startServer } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'
import { StartError } from '../src/store/start-error.ts'
import type { Store } from '../src/store/store.ts'
import { LogLines } from './e2e/support/log-lines.ts'
import { callByConsole } from './support/console.ts'
import { openRoom, temporaryFolder } from './support/room.ts'

t.test('a port in use stops the start with one line, and the folder is free again', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const folder = await temporaryFolder(t)
  const settings = { ...readSettings({ DATA_DIR: folder, LOG_LEVEL: 'silent' }), port }
  const start = startServer(settings)
  await t.rejects(start, new StartError(''))
  await t.rejects(start, { message: /^cannot listen on 127\.0\.0\.1 port \d+: [^\n]*EADDRINUSE/ })
  taken.close()
  await once(taken, 'close')
  const server = await startServer(settings)
  t.equal(server.url, `http://127.0.0.1:${port}`)
  await server.close()
})

t.test('a store that fails during the start stops it, and the folder is free again', async (t) => {
  const folder = await temporaryFolder(t)
  const settings = { ...readSettings({ DATA_DIR: folder, LOG_LEVEL: 'silent' }), port: 0 }
  const failing = async () => {
    throw new Error('it fails')
  }
  for (const failure of [
    { log: { bounds: failing } },
    { sessions: { newest: failing } },
    { presence: { list: failing } },
  ]) {
    await t.rejects(startServer(settings, { around: failingStore(failure) }), /^it fails$/)
  }
  const server = await startServer(settings)
  await server.close()
})

t.test('a page that cannot be read stops the start, and the folder is free again', async (t) => {
  const folder = await temporaryFolder(t)
  const settings = { ...readSettings({ DATA_DIR: folder, LOG_LEVEL: 'silent' }), port: 0 }
  const webAppDirectory = t.testdir({ 'index.html': 'its assets are missing' })
  const failed = startServer(settings, { http: { webAppDirectory } })
  await t.rejects(failed, { code: 'ENOENT', path: join(webAppDirectory, 'assets') })
  const server = await startServer(settings)
  await server.close()
})

t.test('an IPv6 address stands in brackets in the URL', async (t) => {
  const room = await openRoom(t, { settings: { host: '::1' } })
  t.match(room.url, /^http:\/\/\[::1\]:\d+$/)
  t.equal((await room.call('GET', '/healthz')).status, 200)
})

t.test('a server without an admin says so', async (t) => {
  const lines: string[] = []
  const tuning = { http: { logStream: { write: (line: string) => void lines.push(line) } } }
  const room = await openRoom(t, { settings: { logLevel: 'info', auditDays: 0 }, tuning })
  const events = () => lines.map((line) => JSON.parse(line).event)
  t.equal(events().filter((event) => event === 'no admin').length, 1)
  t.equal(room.server.hasAdmin, false)
  await room.register('ann')
  await callByConsole(room, 'PUT', '/v1/admin/users/ann/role', { role: 'admin' })
  lines.length = 0
  await room.restart()
  t.equal(room.server.hasAdmin, true)
  t.notOk(events().includes('no admin'))
})

t.test('a server that only this machine reaches answers to this machine’s names', async (t) => {
  const folder = await temporaryFolder(t)
  const asked = [
    ['localhost', 'Chat.localhost.', '127.0.0.1', '[::1]', 'ip6-localhost', '127.0.0.5'],
    ['evil.example', '192.168.1.5', 'localhost.evil.example'],
  ].flat()
  /** The hosts, of these, to which a server answers that is started so. */
  async function answered(env: NodeJS.ProcessEnv): Promise<string[]> {
    const server = await startServer(
      readSettings({ DATA_DIR: folder, LOG_LEVEL: 'silent', PORT: '0', ...env }),
    )
    const { port } = new URL(server.url)
    const statuses = await Promise.all(
      asked.map(async (host) => {
        const request = get({ host: env.HOST ?? '127.0.0.1', port, path: '/', headers: { host } })
        const [response] = await once(request, 'response')
        response.resume()
        return response.statusCode as number
      }),
    )
    await server.close()
    return asked.filter((_host, at) => statuses[at] !== 421)
  }
  const names = ['localhost', 'Chat.localhost.', '127.0.0.1', '[::1]']
  t.same(await answered({}), names)
  t.same(await answered({ HOST: 'localhost' }), names)
  t.same(await answered({ HOST: '::1' }), names)
  t.same(await answered({ HOST: '127.0.0.5' }), [...names, '127.0.0.5'])
  t.same(await answered({ HOST: '0.0.0.0' }), asked, 'others reach it by other names')
  t.same(await answered({ TRUST_PROXY: '127.0.0.1' }), asked, 'so does a proxy')
  const set = { ALLOWED_HOSTS: '*.evil.example,192.168.1.5' }
  t.same(await answered(set), ['192.168.1.5', 'localhost.evil.example'], 'what is set counts')
})

t.test('a host name is one address, IPv4 where there is one', async (t) => {
  const room = await openRoom(t, { settings: { host: 'localhost' } })
  const { port } = new URL(room.url)
  t.equal(room.url, `http://localhost:${port}`)
  t.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200)
  await t.rejects(fetch(`http://[::1]:${port}/healthz`), TypeError)
})

t.test('a host that is not known stops the start before anything is begun', async (t) => {
  const folder = join(await temporaryFolder(t), 'data')
  const settings = { ...readSettings({ DATA_DIR: folder, LOG_LEVEL: 'silent' }), host: 'a..b' }
  const start = startServer(settings)
  await t.rejects(start, new StartError(''))
  await t.rejects(start, { message: /^cannot listen on a\.\.b port 3000: [^\n]*ENOTFOUND/ })
  t.notOk(existsSync(folder))
})

t.test('tokens are signed with JWT_SECRET where it is given', async (t) => {
  const folder = await temporaryFolder(t)
  const secret = 'a secret of at least 32 bytes, kept elsewhere'
  const room = await openRoom(t, { folder, settings: { jwtSecret: secret } })
  const ann = await room.register('ann')
  await room.restart()
  t.equal((await ann.call('GET', '/v1/me')).status, 200)
  await room.stop()
  const other = await openRoom(t, { folder })
  const { status, body } = await other.call('GET', '/v1/me', { token: ann.token })
  t.match({ status, type: body.type }, { status: 401, type: '/problems/unauthorized' })
})

t.test('tokens outlive a restart without JWT_SECRET, with the key that was made', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  await room.restart()
  t.equal((await ann.call('GET', '/v1/me')).status, 200)
})

t.test('history that is old enough is swept, but for the newest message', async (t) => {
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { logLevel: 'info' },
    tuning: {
      retentionMs: 0,
      retentionIntervalMs: 10,
      retentionPostponeMs: 0,
      http: { logStream: log },
    },
  })
  t.match(await log.next('started'), { bytes: Number, reusableBytes: Number })
  const ann = await room.register('ann')
  for (const text of ['first', 'second', 'third']) await ann.broadcast(text)
  let kept: string[] = []
  const until = Date.now() + 5000
  while (kept.length !== 1 && Date.now() < until) {
    const { body } = await ann.call('GET', '/v1/messages')
    kept = body.messages.map(({ text }: { text: string }) => text)
  }
  t.same(kept, ['third'])
  t.match(await log.next('history dropped'), { bytes: Number, reusableBytes: Number })
  const stream = await ann.open({ cursor: '1' })
  t.match((await stream.next('reset')).data, { reason: 'trimmed', from: 2, oldest: 3, head: 3 })
  await stream.next('ready')
  t.same(stream.texts, ['third'])
})

t.test('a trim of most of the log waits for an hour after the start, and says so', async (t) => {
  const before = await openRoom(t)
  const ann = await before.register('ann')
  for (const text of ['first', 'second', 'third']) await ann.broadcast(text)
  await before.stop()
  const log = new LogLines()
  // As a clock makes of two days that is ten days ahead.
  const room = await openRoom(t, {
    folder: before.folder,
    settings: { logLevel: 'warn' },
    tuning: { retentionMs: 0, retentionIntervalMs: 10, http: { logStream: log } },
  })
  t.match(await log.next('retention postponed'), {
    level: 40,
    msg: 'Retention would delete more than a tenth of the log: nothing is dropped for an hour. Check the clock.',
  })
  const { body } = await room.call('GET', '/v1/messages', { token: ann.token })
  t.equal(body.messages.length, 3)
})

t.test('history is kept for the days that are set', async (t) => {
  const room = await openRoom(t, {
    settings: { historyDays: 2 },
    tuning: { retentionIntervalMs: 10 },
  })
  const ann = await room.register('ann')
  await ann.broadcast('first')
  await ann.broadcast('second')
  await room.restart()
  t.equal((await ann.call('GET', '/v1/messages')).body.messages.length, 2)
})

t.test('a mistake of our own is logged: the stream is cut, the sweep tries again', async (t) => {
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { logLevel: 'warn' },
    tuning: { http: { logStream: log }, retentionIntervalMs: 10, retentionPostponeMs: 0 },
  })
  const ann = await room.join('ann')
  const database = new Database(join(room.folder, 'obrol.db'))
  database.exec('ALTER TABLE entries RENAME TO elsewhere')
  const broken = await ann.open()
  await broken.ended()
  t.match(await log.next('stream failed'), { level: 50, err: { message: /no such table/ } })
  t.match(await log.next('retention failed'), { level: 40, err: { message: /no such table/ } })
  t.notOk(ann.stream.closed, 'what is live goes on')
  database.exec('ALTER TABLE elsewhere RENAME TO entries')
  database.close()
  const mended = await ann.open()
  await mended.next('ready')
})

/** A real store, some of whose parts have other methods. */
function failingStore(failure: { [Part in keyof Store]?: Partial<Store[Part]> }) {
  return (store: Store): Store =>
    new Proxy(store, {
      get: (target, name: keyof Store) => {
        const value = target[name]
        if (typeof value === 'function') return value.bind(target)
        return name in failure ? Object.assign({}, value, failure[name]) : value
      },
    })
}
