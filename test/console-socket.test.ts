import { once } from 'node:events'
import { existsSync, linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { consolePath, listenOnConsoleSocket } from '../src/console-socket.ts'
import { consoleServer } from '../src/http/console.ts'
import { defaultTimeouts } from '../src/http/server-options.ts'
import { lockFolder } from '../src/open-store.ts'
import { StartError } from '../src/store/start-error.ts'
import { callByConsole } from './support/console.ts'
import { openRoom, temporaryFolder } from './support/room.ts'

const newServer = () =>
  consoleServer((_request, response) => void response.end('{}'), defaultTimeouts)

async function listen(t: Test, path: string, lock: Parameters<typeof listenOnConsoleSocket>[2]) {
  const socket = await listenOnConsoleSocket(newServer(), path, lock)
  t.teardown(() => existsSync(path) && socket.close())
  return socket
}

const unlocked = () => undefined

t.test('the path is that of the setting, else in the data folder', async (t) => {
  const dataDir = '/srv/chat'
  t.equal(consolePath({ adminSocket: undefined, dataDir }, 'linux'), '/srv/chat/admin.sock')
  t.equal(consolePath({ adminSocket: '/run/a.sock', dataDir }, 'linux'), '/run/a.sock')
  t.equal(consolePath({ adminSocket: 'off', dataDir }), undefined)
  t.equal(consolePath({ adminSocket: undefined, dataDir }, 'win32'), undefined)
})

t.test('the socket is for its owner alone from the first moment', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'admin.sock')
  const server = newServer()
  let mode = 0
  const { listen } = server
  // biome-ignore lint/suspicious/noExplicitAny: of its many forms this one is used
  server.listen = ((...given: any[]) => {
    const listening = listen.apply(server, given as [string])
    mode = lstatSync(path).mode & 0o777
    return listening
  }) as typeof listen
  const before = process.umask()
  const socket = await listenOnConsoleSocket(server, path, unlocked)
  t.equal(mode.toString(8), '600')
  t.equal(process.umask(), before)
  t.match(await callByConsole({ folder }, 'GET', '/'), { status: 200, body: {} })
  await socket.close()
  t.notOk(existsSync(path), 'and goes with a clean shutdown')
})

t.test('a stale socket is removed, and nothing else', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'admin.sock')
  await leaveStaleSocket(path)
  t.ok(existsSync(path))
  const socket = await listen(t, path, unlocked)
  await t.rejects(listenOnConsoleSocket(newServer(), path, unlocked), /Another program listens/)
  await socket.close()

  writeFileSync(path, '')
  await t.rejects(listenOnConsoleSocket(newServer(), path, unlocked), {
    message: `${path} is not a socket of this account: move it away`,
  })
  const link = join(folder, 'link.sock')
  symlinkSync(path, link)
  await t.rejects(listenOnConsoleSocket(newServer(), link, unlocked), /is not a socket/)
  t.ok(existsSync(path))
})

/** As a server leaves it that was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createNetServer()
  server.listen(`${path}.bound`)
  await once(server, 'listening')
  linkSync(`${path}.bound`, path)
  server.close()
  await once(server, 'close')
}

t.test('a path that is too long, or of no folder, is told in one line', async (t) => {
  const folder = await temporaryFolder(t)
  const long = join(folder, 'x'.repeat(101))
  await t.rejects(listenOnConsoleSocket(newServer(), long, unlocked), {
    name: 'StartError',
    message:
      /^The path of the console's socket has \d+ bytes, and 100 fit: set ADMIN_SOCKET .*off$/,
  })
  const nowhere = join(folder, 'none', 'admin.sock')
  await t.rejects(listenOnConsoleSocket(newServer(), nowhere, unlocked), {
    name: 'StartError',
    message: /^The console cannot listen on /,
  })
})

t.test('it is made under the lock of its folder', async (t) => {
  const dataDir = await temporaryFolder(t)
  const settings = { databaseUrl: undefined, dataDir }
  t.equal(lockFolder(settings, join(dataDir, '.')), undefined, 'the store has it')
  const folder = join(dataDir, 'console')
  const lock = (folder: string) => lockFolder(settings, folder)
  const socket = await listen(t, join(folder, 'a.sock'), lock)
  t.equal((lstatSync(folder).mode & 0o777).toString(8), '700')
  await t.rejects(listenOnConsoleSocket(newServer(), join(folder, 'b.sock'), lock), {
    message: /already served by another process/,
  })
  await socket.close()
  const again = await listen(t, join(folder, 'b.sock'), lock)
  await again.close()

  const open = join(dataDir, 'open')
  mkdirSync(open, { mode: 0o755 })
  await t.rejects(
    listenOnConsoleSocket(newServer(), join(open, 'a.sock'), lock),
    /is open to other/,
  )
})

t.test('the lock is let go where it cannot listen', async (t) => {
  let isHeld = false
  const lock = () => {
    isHeld = true
    return {
      release() {
        isHeld = false
      },
    }
  }
  const path = join(await temporaryFolder(t), 'none', 'admin.sock')
  await t.rejects(listenOnConsoleSocket(newServer(), path, lock), StartError)
  t.equal(isHeld, false)
})

t.test('a server runs without a console where it has none by default', async (t) => {
  const lines: string[] = []
  const folder = join(await temporaryFolder(t), 'deep'.repeat(25))
  const tuning = { http: { logStream: { write: (line: string) => void lines.push(line) } } }
  const room = await openRoom(t, { folder, tuning, settings: { logLevel: 'warn' } })
  t.match(JSON.parse(lines[0] as string), { event: 'no console', msg: /bytes, and 100 fit/ })
  t.equal((await room.call('GET', '/healthz')).status, 200)
  await room.stop()
  const adminSocket = join(folder, 'admin.sock')
  await t.rejects(openRoom(t, { folder, settings: { adminSocket } }), StartError)
  await openRoom(t, { folder, settings: { adminSocket: 'off' } })
})

t.test('a server that stops does not wait for who is silent', async (t) => {
  const room = await openRoom(t, { settings: { shutdownSeconds: 0 } })
  const path = join(room.folder, 'admin.sock')
  const silent = connect(path)
  await once(silent, 'connect')
  silent.on('error', () => {})
  silent.write('GET /healthz HTTP/1.1\r\n')
  const closed = new Promise<void>((resolve) => silent.once('close', () => resolve()))
  await room.stop()
  await closed
  t.notOk(existsSync(path))
})

t.test('too many connections at once are not taken', async (t) => {
  const folder = await temporaryFolder(t)
  const server = newServer()
  server.maxConnections = 1
  const socket = await listenOnConsoleSocket(server, join(folder, 'admin.sock'), unlocked)
  const first = connect(socket.path)
  await once(first, 'connect')
  const second = connect(socket.path)
  await once(second, 'close')
  first.destroy()
  await socket.close()
})
