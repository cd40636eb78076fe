import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }

/**
 * The package as it is packed, installed into an empty folder from the registry, and used as people
 * would: by hand, from modules, from CommonJS and from TypeScript.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const consumers = fileURLToPath(new URL('consumers/', import.meta.url))
const folder = t.testdir()
const app = join(folder, 'app')
const tools = join(root, 'node_modules')

/** Runs a command to its end and answers what it writes; what fails is shown whole. */
function run(command: string, args: string[], input = '', cwd = app): string {
  // Without what the test runner would put into every Node process.
  const bare = ['-u', 'NODE_OPTIONS', command, ...args]
  return execFileSync('env', bare, { cwd, input, encoding: 'utf8' })
}

t.test('packs', async (t) => {
  run('npm', ['pack', '--pack-destination', folder], '', root)
  const file = join(folder, `${manifest.name}-${manifest.version}.tgz`)
  const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).split('\n')
  for (const name of [
    'dist/main.js',
    'dist/web/index.html',
    'README.md',
    'docs/start.md',
    'LICENSE',
  ])
    t.ok(listed.includes(`package/${name}`), name)
  const wrong = listed.filter((name) =>
    /^package\/(src|test|bench|build|tools|dist\/docs)/.test(name),
  )
  t.same(wrong, [], 'nothing but what it needs')

  const publint = join(tools, 'publint/src/cli.js')
  const attw = join(tools, '@arethetypeswrong/cli/dist/index.js')
  t.doesNotThrow(() =>
    run(process.execPath, [publint, '--strict', '--pack', 'false', root], '', root),
  )
  t.doesNotThrow(() => run(process.execPath, [attw, file, '--profile', 'node16'], '', root))

  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', file])
})

t.test('tells its version and completes', async (t) => {
  t.equal(run('npx', ['obrol', '--version']), `${manifest.version}\n`)
  t.match(run('npx', ['obrol', 'completion', 'bash']), /complete .* obrol/)
})

t.test('serves, and is talked to from a pipe and by programs', async (t) => {
  const server = spawn('npx', ['obrol', 'serve'], {
    cwd: app,
    env: { ...process.env, PORT: '0', DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, for npx and a shell stand between here and the server.
    detached: true,
  })
  t.teardown(async () => {
    const ended = once(server, 'close')
    process.kill(-(server.pid as number))
    await ended
  })
  let log = ''
  while (!/"url":"[^"]+"/.test(log)) log += (await once(server.stdout, 'data'))[0]
  server.stdout.resume()
  const url = /"url":"([^"]+)"/.exec(log)?.[1] as string

  const lines = 'regist ann tall-ships\nsendall hi from a pipe\nlist\nlogout\n'
  t.match(run('npx', ['obrol', 'chat', url], lines), /^ann$/m)

  const page = await (await fetch(url)).text()
  const [script] = page.match(/assets\/[^"]+\.js/) ?? []
  t.equal((await fetch(`${url}/${script}`)).status, 200, 'the page, and its script')

  cpSync(consumers, app, { recursive: true })
  const typescript = join(tools, 'typescript/bin/tsc')
  for (const project of globSync('tsconfig*.json', { cwd: app }))
    t.doesNotThrow(() => run(process.execPath, [typescript, '--project', project]), project)
  for (const program of ['module.js', 'common.cjs', 'typed.js', 'typed-common.cjs'])
    t.match(run(process.execPath, [program, url]), /^said by \w+: hi from a pipe$/m, program)
})
