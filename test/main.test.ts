import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import manifest from '../package.json' with { type: 'json' }
import { EventReader } from './support/event-reader.ts'
import { openRoom, temporaryFolder } from './support/room.ts'
import { startingNode } from './support/starting-node.ts'

// What these tests do most is wait for processes to start.
t.jobs = 3

const mishaps = new URL('./e2e/support/failure-injection.ts', import.meta.url)
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A command under way, and what it has written so far. */
class Command {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  #waiting: (() => void)[] = []

  constructor(args: string[], env: NodeJS.ProcessEnv, counted = true) {
    const node = startingNode([main, ...args], { counted })
    this.child = spawn(node.program, node.args, {
      env: { ...node.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const name of ['stdout', 'stderr'] as const)
      this.child[name]?.on('data', (bytes: Buffer) => {
        this[name] += bytes
        for (const wake of this.#waiting.splice(0)) wake()
      })
  }

  async ended() {
    const [code] = await once(this.child, 'close')
    return { code, stdout: this.stdout, stderr: this.stderr }
  }

  /** Where the server listens, once it does. */
  async url(): Promise<string> {
    for (;;) {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(this.stdout) ?? []
      if (url) return url
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }
}

function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  return new Command(args, env).ended()
}

/** A server of its own, killed after the test if it still runs. */
function serve(t: Test, folder: string, options: { with?: string } = {}): Command {
  const preload = `${process.env.NODE_OPTIONS ?? ''} --import=${options.with}`
  const env = { DATA_DIR: folder, PORT: '0', ...(options.with && { NODE_OPTIONS: preload }) }
  const command = new Command(['serve'], env, options.with !== undefined)
  t.teardown(() => command.child.kill('SIGKILL'))
  return command
}

async function post(url: string, path: string, body: object, token?: string) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came
  return (await response.json()) as any
}

/** Registers someone and opens their stream. */
async function join(url: string) {
  const account = { username: 'ann', password: 'ann-password' }
  const { token } = await post(url, '/v1/register', account)
  const stream = await EventReader.open({ url, token })
  await stream.next('ready')
  return { token, stream }
}

t.test('tells its version', async (t) => {
  t.same(await run(['--version']), { code: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

t.test('tells what it can do, asked or where nothing is said', async (t) => {
  const [asked, silent] = await Promise.all([run(['--help']), run([])])
  t.same(silent, asked)
  t.match(asked, { code: 0, stderr: '' })
  for (const usage of [
    'obrol serve ',
    'obrol backup FILE ',
    'obrol restore FILE ',
    'obrol openapi',
  ])
    t.ok(asked.stdout.includes(`  ${usage}`), usage)
})

t.test('each command has a help', async (t) => {
  const names = [
    'serve',
    'chat',
    'backup',
    'restore',
    'compact',
    'move',
    'admin',
    'completion',
    'openapi',
  ]
  await Promise.all(
    names.map(async (name) => {
      const { code, stdout, stderr } = await run([name, '--help'])
      t.same({ code, stderr }, { code: 0, stderr: '' }, name)
      t.match(stdout, new RegExp(`^Usage: obrol ${name}( [^\n]+)?\n\n[^\n]+`), name)
    }),
  )
  t.match((await run(['backup', 'a-file', '-h'])).stdout, /^Usage: obrol backup FILE\n\nWrite /)
})

t.test('refuses what is no command, and what lacks an argument or has one too many', async (t) => {
  const refusals = [
    [['dance'], 'there is no command "dance"; see obrol --help'],
    [['backup'], 'usage: obrol backup FILE'],
    [['serve', '8080'], 'usage: obrol serve'],
    [['admin', 'dance'], 'there is no such command; see obrol admin --help'],
  ] as const
  await Promise.all(
    refusals.map(async ([args, line]) => {
      t.same(await run([...args]), { code: 2, stdout: '', stderr: `obrol: ${line}\n` })
    }),
  )
})

t.test('a PostgreSQL database is backed up and restored by its own tools', async (t) => {
  const env = { DATABASE_URL: 'postgres://ann:hunter2@db/chat' }
  await Promise.all(
    ['backup', 'restore'].map(async (command) => {
      const { code, stdout, stderr } = await run([command, 'a-file'], env)
      t.same({ code, stdout }, { code: 1, stdout: '' })
      t.match(stderr, /^obrol: DATABASE_URL names a PostgreSQL database, .*pg_dump.*\n$/)
      t.notMatch(stderr, /hunter2/)
    }),
  )
})

t.test('a wrong setting stops the start with one line', async (t) => {
  t.same(await run(['serve'], { PORT: 'eighty' }), {
    code: 1,
    stdout: '',
    stderr: 'obrol: PORT is "eighty"; it must be a whole number from 0 to 65535\n',
  })
})

t.test('what was not foreseen is told as it is', async (t) => {
  const failing = `data:text/javascript,process.stdout.write=()=>{throw%20new%20Error('made%20to%20fail')}`
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${failing}`
  const { code, stderr } = await run(['completion', 'bash'], { NODE_OPTIONS })
  t.equal(code, 1)
  t.match(stderr, /^obrol: Error: made to fail\n +at /)
})

t.test('a place where the OpenAPI document cannot be written is told in one line', async (t) => {
  const file = path.join(t.testdir(), 'no', 'where', 'file')
  const { code, stdout, stderr } = await run(['openapi', file])
  t.same({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, /^obrol: .*file cannot be written: ENOENT[^\n]+\n$/)
})

t.test('writes the OpenAPI document', async (t) => {
  const file = path.join(t.testdir(), 'openapi.json')
  for (const [version, ...asked] of [['3.1'], ['3.1', '3.1'], ['3.2', '3.2']]) {
    t.same(await run(['openapi', file, ...asked]), { code: 0, stdout: '', stderr: '' })
    const written = JSON.parse(readFileSync(file, 'utf8'))
    t.match(written, { openapi: version, paths: { '/v1/login': {} } })
  }
  t.same(await run(['openapi', file, '2.0']), {
    code: 2,
    stdout: '',
    stderr: 'obrol: there is no OpenAPI document of version "2.0": take 3.1 or 3.2\n',
  })
})

t.test('serves until SIGTERM, says bye to its streams and ends with 0', async (t) => {
  const folder = await temporaryFolder(t)
  const backup = path.join(folder, 'backup.db')
  const data = path.join(folder, 'data')
  const server = serve(t, data)
  const url = await server.url()
  const { token, stream } = await join(url)
  await post(url, '/v1/messages/broadcast', { text: 'kept' }, token)
  t.same(await run(['backup', backup], { DATA_DIR: data }), {
    code: 0,
    stdout: `backed up to ${backup}\n`,
    stderr: '',
  })
  await post(url, '/v1/messages/broadcast', { text: 'lost' }, token)
  server.child.kill('SIGTERM')
  t.same((await stream.next('bye')).data, { reason: 'shutting-down' })
  await stream.ended()
  t.match(await server.ended(), { code: 0, stderr: '' })
  t.match(await run(['restore', backup], { DATA_DIR: data }), {
    code: 0,
    stdout: `restored from ${backup}\n`,
  })

  t.match(await run(['compact'], { DATA_DIR: data }), {
    code: 0,
    stdout: /^compacted from \d\.\d MB to \d\.\d MB\n$/,
    stderr: '',
  })

  const room = await openRoom(t, { folder: data })
  const page = await room.call('GET', '/v1/messages', { token })
  t.same(
    page.body.messages.map(({ text }: { text: string }) => text),
    ['kept'],
    'the signing key came back too: the token is still good',
  )
})

for (const [mishap, line] of [
  ['an error nobody caught', { event: 'uncaught error', err: { message: 'made to fail' } }],
  ['the writer dies', { event: 'store failed', err: { message: /The store's writer failed/ } }],
] as const)
  t.test(`${mishap}: the server says why, ends its streams and ends with 1`, async (t) => {
    const folder = await temporaryFolder(t)
    const server = serve(t, folder, { with: mishaps.href })
    const url = await server.url()
    const { stream } = await join(url)
    server.child.send(mishap)
    t.same((await stream.next('bye')).data, { reason: 'shutting-down' })
    const { code, stdout } = await server.ended()
    t.equal(code, 1)
    const lines = stdout.trim().split('\n')
    t.match(
      lines.map((text) => JSON.parse(text)).filter(({ level }) => level === 60),
      [line],
    )
  })
