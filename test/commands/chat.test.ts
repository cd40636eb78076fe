import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseServerAddress } from '../../src/commands/chat.ts'
import { openRoom } from '../support/room.ts'

t.jobs = 3

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

const defaultServer = 'http://127.0.0.1:3000'

function start(program: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { NO_COLOR, ...inherited } = process.env
  // Coverage of cached code is less precise.
  const all = { ...inherited, NODE_DISABLE_COMPILE_CACHE: '1', ...env }
  return spawn(program, args, { env: all, stdio: 'pipe' })
}

/** Runs the command with pipes, as a process of its own. */
function chat(...args: string[]) {
  return start(process.execPath, [main, 'chat', ...args])
}

async function finish(child: ChildProcessWithoutNullStreams) {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, out, err }
}

t.test('--help shows the usage', async (t) => {
  const { code, out } = await finish(chat('--help'))
  t.equal(code, 0)
  t.match(out, /^Usage: obrol chat \[URL\]\n/)
  for (const part of ['regist NAME', 'OBROL_NAME, OBROL_PASSWORD', 'NO_COLOR', 'Exit status'])
    t.match(out, part)
})

t.test('an invalid address is a usage error', async (t) => {
  t.same(await finish(chat('ftp://chat.example.org')), {
    code: 2,
    out: '',
    err: 'obrol: "ftp://chat.example.org" is not a server address; see obrol chat --help\n',
  })
})

t.test('the pipe examples of docs/terminal.md work', async (t) => {
  const room = await openRoom(t)
  await room.register('ann', 'tall-ships')
  const page = readFileSync(new URL('../../docs/terminal.md', import.meta.url), 'utf8')
  const piped = [...page.matchAll(/^```sh not-run\n(.*?)^```$/gms)]
    .map(([, lines]) => lines as string)
    .filter((lines) => lines.includes('|'))
  const pasted = piped
    .join('')
    .replaceAll('npx obrol', `'${process.execPath}' '${main}'`)
    .replaceAll(defaultServer, room.url)
  const { code, out, err } = await finish(start('sh', ['-ec', pasted], { FORCE_COLOR: '1' }))
  t.same({ code, err }, { code: 0, err: '' })
  t.equal(out, '[\x1b[1mann\x1b[0m] : hi\n[\x1b[1mann\x1b[0m] : The backup is done\n')
})

t.test('ends when its output is closed', async (t) => {
  const child = chat('127.0.0.1:1')
  child.stdout.destroy()
  child.stdin.on('error', () => {})
  await once(child.stdout, 'close')
  child.stdin.write('help\nhelp\n')
  t.same((await once(child, 'close'))[0], 141)
})

t.test('the scheme of an address may be left out', async (t) => {
  const table: [typed: string, address: string | undefined][] = [
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['https://chat.example.org/room', 'https://chat.example.org/room'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['chat.example.org', 'http://chat.example.org/'],
    ['localhost:3000', 'http://localhost:3000/'],
    ['ftp://chat.example.org', undefined],
    ['http://ann:secret@chat.example.org', undefined],
    ['http://ann@chat.example.org', undefined],
    ['http://:secret@chat.example.org', undefined],
    ['no address', undefined],
    ['--loud', undefined],
  ]
  for (const [typed, address] of table) t.equal(parseServerAddress(typed)?.href, address, typed)
})
