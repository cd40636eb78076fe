import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseIni } from '../support/documented.ts'
import { blocksOf } from '../support/markdown.ts'

/**
 * The installation as a service, as docs/operating.md describes it, in an empty folder: its commands
 * are run, and what the unit starts is started and used.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const [commands, unit] = blocksOf('docs/operating.md')
const folder = t.testdir()
const code = join(folder, 'code')

/** Without what the test runner puts into every Node process. */
const { NODE_OPTIONS: _, ...environment } = process.env

t.test('the commands of the page install what runs, and nothing else', async (t) => {
  mkdirSync(code)
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  for (const name of files
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(code, name)), { recursive: true })
    cpSync(join(root, name), join(code, name))
  }
  t.equal(commands?.language, 'sh')
  execFileSync('sh', ['-e', '-c', commands?.text ?? ''], { cwd: code, env: environment })
  for (const name of ['main.js', 'web/index.html'])
    t.ok(existsSync(join(code, 'dist', name)), `${name} is built`)
  for (const tool of ['typescript', 'typedoc', 'tap', 'vite', 'node'])
    t.notOk(existsSync(join(code, 'node_modules', tool)), `${tool} is not there`)
})

t.test('what the unit starts serves the page, the docs and the API', async (t) => {
  const { values } = parseIni(unit?.text ?? '')
  const [program, ...args] = (values.ExecStart ?? '').split(' ')
  const given = Object.fromEntries(
    (values.Environment ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
  )
  const server = spawn(program ?? '', args, {
    cwd: code,
    env: { PATH: process.env.PATH, ...given, DATA_DIR: join(folder, 'data'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => server.kill('SIGKILL'))
  let url = ''
  for await (const line of createInterface(server.stdout)) {
    const { event, ...rest } = JSON.parse(line)
    t.not(event, 'page not built')
    if (event === 'started') {
      url = rest.url
      break
    }
  }
  for (const path of ['/', '/docs/', '/openapi.json', '/readyz'])
    t.equal((await fetch(url + path, { redirect: 'manual' })).status, 200, path)
  t.match(await (await fetch(url)).text(), /<title>Obrol/)
  const body = new URLSearchParams({ username: 'ann', password: 'tall-ships' })
  t.equal((await fetch(`${url}/v1/register`, { method: 'POST', body })).status, 201)
  server.kill('SIGTERM')
  t.same(await once(server, 'exit'), [0, null])
})
