import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { within } from '../faults/support/deadline.ts'
import { CommandProcess } from '../faults/support/process.ts'
import { privateFolder } from '../support/private-folder.ts'
import { temporaryFolder } from '../support/room.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A server whose shutdown waits for a body that does not come. */
async function busyServer(t: Test) {
  const folder = await temporaryFolder(t)
  const server = new CommandProcess({ folder, counted: true, env: { SHUTDOWN_SECONDS: '3' } })
  t.teardown(() => server.end('SIGKILL'))
  const { port } = new URL(await server.listening())
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  socket.write('POST /v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n')
  socket.write('Content-Length: 99\r\nExpect: 100-continue\r\n\r\n{')
  await once(socket, 'data')
  return server
}

t.test('a start that fails ends the process, whatever was open by then', async (t) => {
  const folder = privateFolder(t, { 'jwt.key': 'short\n' })
  const attempt = new CommandProcess({ folder, counted: true })
  t.teardown(() => attempt.end('SIGKILL'))
  const { code, stderr } = await within(15_000, 'the process to end', attempt.exited)
  t.equal(code, 1)
  t.match(stderr, /^obrol: The signing key in [^\n]+jwt\.key is damaged[^\n]+\n$/)
})

t.test('a data folder that cannot be made ends the start at once', async (t) => {
  const attempt = new CommandProcess({ folder: '/proc/nope', counted: true })
  t.teardown(() => attempt.end('SIGKILL'))
  const { code, stderr } = await within(15_000, 'the process to end', attempt.exited)
  t.equal(code, 1)
  t.match(stderr, /^obrol: The data folder \/proc\/nope cannot be used: ENOENT[^\n]+\n$/)
})

t.test('a Ctrl-C that npm and the terminal both pass on is one', async (t) => {
  const server = await busyServer(t)
  server.signal('SIGINT')
  const { code } = await server.end('SIGINT')
  t.equal(code, 0)
})

t.test('a second signal later on ends it at once', async (t) => {
  const server = await busyServer(t)
  server.signal('SIGTERM')
  await pause(1_100)
  const { code, ms } = await server.end('SIGTERM')
  t.equal(code, 1)
  t.comment(`ended after ${ms} ms`)
})

for (const script of ['start', 'dev'])
  t.test(`npm run ${script} passes a signal on: no process is left behind`, async (t) => {
    const folder = await temporaryFolder(t)
    const npm = spawn('npm', ['run', script], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: folder, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    // Its whole group: a server that is left behind must not outlive the test.
    t.teardown(() => {
      try {
        process.kill(-(npm.pid as number), 'SIGKILL')
      } catch {}
    })
    let log = ''
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    const url = async () => {
      while (!/"event":"started"/.test(log)) await once(npm.stdout, 'data')
      return /"url":"([^"]+)"/.exec(log)?.[1] as string
    }
    const address = await within(20_000, `npm run ${script} to serve`, url())
    t.equal((await fetch(`${address}/readyz`)).status, 200)
    npm.kill('SIGTERM')
    await within(20_000, 'npm and all that it started to end', once(npm, 'close'))
    t.match(log, /"event":"stopped"/)
    await t.rejects(fetch(`${address}/healthz`))
    t.throws(() => process.kill(-(npm.pid as number), 0), { code: 'ESRCH' })
  })
