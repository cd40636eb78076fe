import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { CommandProcess } from '../faults/support/process.ts'
import { temporaryFolder } from '../support/room.ts'

const connections = 40
const bytesEach = 524_288

/** A server as a process of its own, without limits for addresses: one machine plays many. */
async function startServer(t: Test): Promise<{ url: URL; pid: number }> {
  const server = new CommandProcess({
    folder: await temporaryFolder(t),
    env: { LOGINS_PER_MINUTE: '0' },
  })
  t.teardown(() => server.end('SIGKILL'))
  return { url: new URL(await server.listening()), pid: server.pid }
}

/** What the process takes of memory, in bytes. */
function memoryOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) * 1024
}

/** Calls `/healthz` again and again until it is told to stop, and gives the longest wait, in ms. */
async function longestWait(url: URL, until: Promise<unknown>): Promise<number> {
  let longest = 0
  let going = true
  until.then(() => {
    going = false
  })
  while (going) {
    const began = performance.now()
    const { status } = await fetch(new URL('/healthz', url))
    if (status !== 200) throw new Error(`answered ${status}`)
    longest = Math.max(longest, performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return longest
}

/** Sends all of it unless the server closes; resolves when either is done. */
async function flood(url: URL, bytes: Buffer): Promise<void> {
  const socket: Socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => {}).resume()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await Promise.race([once(socket, 'connect'), closed])
  const sent = new Promise((resolve) => socket.write(bytes, resolve))
  await Promise.race([sent, closed])
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
  socket.destroy()
}

t.test('requests behind a slow one, 20 MB of them, take neither memory nor time', async (t) => {
  const { url, pid } = await startServer(t)
  const wrong = { username: 'nobody', password: 'wrong-password' }
  const body = JSON.stringify(wrong)
  const login = `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const small = 'GET /x HTTP/1.1\r\nHost:a\r\n\r\n'
  const headers = Array.from({ length: 1500 }, (_, at) => `h${at}:\r\n`).join('')
  const large = `GET /x HTTP/1.1\r\nHost:a\r\n${headers}\r\n`
  for (const [what, request] of Object.entries({ small, large })) {
    // For what the process keeps of its first hashes.
    await Promise.all(
      Array.from({ length: connections }, () =>
        fetch(new URL('/v1/login', url), { method: 'POST', body: new URLSearchParams(wrong) }),
      ),
    )
    const before = memoryOf(pid)
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, memoryOf(pid))
    }, 50)
    const bytes = Buffer.from(login + request.repeat(Math.ceil(bytesEach / request.length)))
    const all = Promise.all(Array.from({ length: connections }, () => flood(url, bytes)))
    const waited = await longestWait(url, all)
    await all
    clearInterval(watch)
    const grown = Math.round((most - before) / 1e6)
    t.ok(grown < 80, `${what}: memory grew by ${grown} MB`)
    t.ok(waited < 3000, `${what}: nobody else waited longer than ${Math.round(waited)} ms`)
  }
})
