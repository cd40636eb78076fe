import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { IPty } from '@lydell/node-pty'
import t, { type Test } from 'tap'
import '../support/compiled.ts'
import { oldFolder } from '../support/old-folder.ts'
import { temporaryFolder } from '../support/room.ts'
import { loadPty } from '../terminal/support/pty-chat.ts'

const pty = await loadPty()
const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Starts a server in a pseudo-terminal, ends it once it runs. @returns its lines and its status */
async function runInTerminal(
  t: Test,
  { spawn }: Exclude<typeof pty, string>,
  [program, ...args]: [string, ...string[]],
  { env = {}, end }: { env?: NodeJS.ProcessEnv; end: (terminal: IPty) => void },
) {
  const terminal = spawn(program, args, {
    cols: 200,
    cwd: root,
    env: {
      ...process.env,
      NODE_DISABLE_COMPILE_CACHE: '1',
      PORT: '0',
      DATA_DIR: await temporaryFolder(t),
      ...env,
    },
  })
  t.teardown(() => running && terminal.kill('SIGKILL'))
  let running = true
  const output = new PassThrough()
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => {
      running = false
      output.end()
      resolve(exitCode)
    }),
  )
  terminal.onData((text) => output.write(text))
  const lines: string[] = []
  for await (const line of createInterface(output)) {
    lines.push(line)
    if (line.startsWith('Press Ctrl-C')) end(terminal)
  }
  return { lines, exitCode: await ended }
}

const welcome = [
  'Obrol is running.',
  /^ {2}Chat page: {2}http:\/\/127\.0\.0\.1:\d+\/$/,
  /^ {2}API docs: {3}http:\/\/127\.0\.0\.1:\d+\/docs$/,
  /^ {2}OpenAPI: {4}http:\/\/127\.0\.0\.1:\d+\/openapi\.json$/,
  '  No admin yet: `obrol admin user grant NAME admin` makes the first one.',
  'Press Ctrl-C to stop it.',
]

if (typeof pty === 'string') t.pass(`there are no pseudo-terminals here: ${pty}`)
else {
  t.test('npm start in a terminal says where the page, the docs and the API are', async (t) => {
    const { lines } = await runInTerminal(t, pty, ['npm', 'start', '--silent'], {
      env: { NODE_OPTIONS: '' },
      end: (terminal) => terminal.write('\x03'),
    })
    t.match(lines.slice(0, welcome.length), welcome)
    t.notMatch(lines.join('\n'), /[{}]/, 'no JSON')
  })

  t.test('an upgrade of a folder of 0.1 is told in plain lines', async (t) => {
    const { lines } = await runInTerminal(t, pty, [process.execPath, sources, 'serve'], {
      env: { DATA_DIR: oldFolder(t) },
      end: (terminal) => terminal.write('\x03'),
    })
    t.equal(lines[0], 'upgrading: 0005-rooms.sql')
    t.ok(lines.includes('upgrading: 0005-rooms.sql: copying the messages, 0 %'))
    t.ok(lines.some((line) => /^upgraded: 0005-rooms\.sql, in \d+\.\d s$/.test(line)))
    t.ok(
      lines.some((line) =>
        /^upgrade copy kept: .*obrol\.db\.before-0005, the database from .* until 20/.test(line),
      ),
    )
    t.match(lines.slice(lines.indexOf('Obrol is running.')), welcome)
  })

  t.test('an error is one plain line, which cannot act on the terminal', async (t) => {
    const fault = "process.on('SIGUSR2', () => { throw new Error('made to \\x1b[2J fail') })"
    const faulty = `--import=data:text/javascript,${encodeURIComponent(fault)}`
    const command = [process.execPath, faulty, sources, 'serve'] as [string, ...string[]]
    const { lines, exitCode } = await runInTerminal(t, pty, command, {
      end: (terminal) => terminal.kill('SIGUSR2'),
    })
    t.match(lines, [...welcome, 'uncaught error: The server cannot go on: made to \\u{1b}[2J fail'])
    t.equal(lines.length, welcome.length + 1)
    t.equal(exitCode, 1)
  })
}
