import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { settingsTable } from '../src/settings.ts'
import './support/compiled.ts'
import {
  copiedFrom,
  environmentOf,
  only,
  repositoryFile,
  stagesOf,
} from './support/container-files.ts'
import { freePort } from './support/free-port.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(repositoryFile('package.json'))
const stages = stagesOf(repositoryFile('Dockerfile'))
const image = stages.at(-1) ?? []
const command: string[] = JSON.parse(only(image, 'CMD'))
const composed = parse(repositoryFile('compose.yaml'), { merge: true })
const healthCommand: string[] = JSON.parse(only(image, 'HEALTHCHECK'))

t.test('the image is built from named versions, step by step', async (t) => {
  t.equal(stages.length, 3)
  for (const stage of stages) {
    const base = only(stage, 'FROM')
    t.match(base, /^node:\d+-slim( AS [a-z]+)?$/, 'an official image of one major version')
    const major = Number(/\d+/.exec(base)?.[0])
    t.ok(major > Number(/^>=(\d+)/.exec(manifest.engines.node)?.[1]), 'new enough for engines')
    t.notOk(
      stage.some(({ name }) => name === 'ADD'),
      'ADD also fetches and unpacks',
    )
  }
  const [dependencies = [], build = []] = stages
  t.equal(only(dependencies, 'RUN'), 'npm ci --omit=dev --ignore-scripts')
  const steps = build.filter(({ name }) => name === 'RUN').map(({ rest }) => rest)
  t.same(steps, ['npm ci --ignore-scripts', 'npm run build'])
})

t.test('the image serves as nobody in particular, and keeps its data apart', async (t) => {
  const order = image.map(({ name }) => name)
  t.equal(only(image, 'USER'), '1000:1000', 'by number, as runAsNonRoot asks')
  t.ok(order.indexOf('USER') < order.indexOf('CMD'))
  t.ok(order.indexOf('RUN') < order.indexOf('USER'))
  t.match(environmentOf(image), { NODE_ENV: 'production', HOST: '0.0.0.0', DATA_DIR: '/data' })
  t.equal(only(image, 'VOLUME'), '/data')
  t.equal(only(image, 'EXPOSE'), environmentOf(image).PORT)
  // `npm start` has a shell, which `exec` replaces; the image has none.
  const [, tunables, start] =
    /^exec env GLIBC_TUNABLES=(\S+) (.*)$/.exec(manifest.scripts.start) ?? []
  t.same(command, start?.split(' '), 'without a shell, so that signals arrive')
  t.equal(environmentOf(image).GLIBC_TUNABLES, tunables)
})

t.test('the builder gets what is copied, and nothing else', async (t) => {
  const [first, ...allowed] = repositoryFile('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const copied = new Set(stages.flatMap(copiedFrom))
  t.equal(first, '*')
  t.same(allowed.map((line) => line.replace('!', '')).sort(), [...copied].sort())
  for (const name of copied) t.ok(existsSync(join(root, name)), name)
})

t.test('what runs needs nothing but the dependencies and what is copied', async (t) => {
  const built = image.find(({ rest }) => rest.startsWith('--from=build'))
  t.equal(built?.rest, '--from=build /app/dist dist')
  const { files, packages } = importsFrom(['dist/main.js', 'dist/worker.js'])
  t.ok(files.length > 20)
  for (const file of files) {
    t.match(file, /^dist\//, `${file} is copied`)
    t.notMatch(repositoryFile(file), /[^\0-\xff]/, 'V8 keeps it in half the memory')
  }
  t.same(packages, ['better-sqlite3'], 'the other libraries are part of these files')
  for (const name of packages) t.ok(name in manifest.dependencies, `${name} is a dependency`)
  const licenses = repositoryFile('dist/licenses.md')
  // The last two: files that are served, and types.
  const apart = [...packages, '@fastify/swagger-ui', '@fastify/type-provider-typebox']
  for (const name of Object.keys(manifest.dependencies))
    t.equal(licenses.includes(`## ${name} - `), !apart.includes(name), `the license of ${name}`)
})

t.test('composed, it can do as little as it needs', async (t) => {
  const { obrol } = composed.services
  t.match(obrol, {
    build: '.',
    image: `obrol:${manifest.version}`,
    restart: 'unless-stopped',
    volumes: ['data:/data'],
    init: true,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
  for (const port of obrol.ports) t.match(port, /^127\.0\.0\.1:/, 'not open to the world')
  const [network] = obrol.networks
  const gateway = composed.networks[network].ipam.config[0].gateway
  t.same(obrol.environment, { TRUST_PROXY: gateway }, 'whoever comes by its port is believed')
  const ending = settingsTable.shutdownSeconds.fallback + 5
  t.ok(Number.parseInt(obrol.stop_grace_period, 10) > ending, 'time to end by itself')
  t.ok(obrol.ulimits.nofile > settingsTable.maxStreams.fallback + 1000, 'a file for each stream')
  const [how, ...check] = obrol.healthcheck.test.map((word: string) => word.replaceAll('$$', '$'))
  t.equal(how, 'CMD')
  t.same(check, healthCommand, 'the same check as in the image')
})

t.test(
  'composed as many nodes, they differ in their address alone, and start on demand',
  async (t) => {
    const { obrol, postgres, balancer, ...nodes } = composed.services
    const { ports, volumes, environment, networks: front, ...server } = obrol
    t.notOk('profiles' in obrol, 'one server is what starts unless asked')
    const networks = Object.values<{ networks: { nodes: { ipv4_address: string } } }>(nodes)
    const addresses = networks.map((node) => node.networks.nodes.ipv4_address)
    t.equal(new Set(addresses).size, 3)
    for (const [name, node] of Object.entries(nodes))
      t.match(
        node,
        {
          ...server,
          profiles: ['nodes'],
          depends_on: { postgres: { condition: 'service_healthy' } },
          environment: { TRUST_PROXY: balancer.networks.nodes.ipv4_address },
          ports: undefined,
          volumes: undefined,
        },
        name,
      )
    t.same(Object.keys(balancer.depends_on), Object.keys(nodes))
    for (const port of balancer.ports) t.match(port, /^127\.0\.0\.1:/, 'not open to the world')
    for (const service of [balancer, postgres]) t.same(service.profiles, ['nodes'])
    const [{ gateway }] = composed.networks.nodes.ipam.config
    t.match(repositoryFile('deploy/nginx.conf'), `set_real_ip_from ${gateway};`)
    t.match(balancer, {
      read_only: true,
      cap_drop: ['ALL'],
      volumes: [/^\.\/deploy\/nginx.conf:.*:ro$/],
    })
    t.ok(balancer.ulimits.nofile >= settingsTable.maxStreams.fallback)
    t.notOk('ports' in postgres, 'nobody outside reaches the database')
    t.notMatch(repositoryFile('compose.yaml'), /PASSWORD: (?!\$\{)/, 'no password is committed')
    t.match(repositoryFile('.gitignore'), /^\.env$/m)
  },
)

t.test(
  'the load balancer knows the nodes, passes streams on, and keeps tokens to itself',
  async (t) => {
    const lines = repositoryFile('deploy/nginx.conf')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
    const values = (name: string) =>
      lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
    const { balancer, ...others } = composed.services
    const addresses = Object.values<{ networks?: { nodes?: { ipv4_address?: string } } }>(others)
      .flatMap(({ networks }) => networks?.nodes?.ipv4_address ?? [])
      .map((address) => `${address}:${settingsTable.port.fallback}`)
    t.same(
      values('server').flatMap((line) => /^[\d.]+:\d+/.exec(line) ?? []),
      addresses,
    )
    t.equal(values('listen')[0], `${balancer.ports[0].split(':').at(-1)};`)
    t.ok(lines.includes('least_conn;'))
    t.same(values('proxy_buffering'), ['off;'])
    const silence = Math.max(
      ...values('proxy_read_timeout').map((value) => Number.parseInt(value, 10)),
    )
    t.equal(silence * 1_000, 3 * settingsTable.heartbeatMs.fallback)
    t.notMatch(lines.join('\n'), /non_idempotent/, 'a POST that a node has seen goes to no other')
    t.notMatch(lines.join('\n'), /\$(request|request_uri|args|query_string|arg_\w+)\b/)
    t.same(values('proxy_set_header').sort(), [
      'Connection "";',
      'Host $host_asked_for;',
      'X-Forwarded-For $remote_addr;',
    ])
  },
)

t.test('it serves from a folder that it cannot write, tells its health, and stops', async (t) => {
  const { app, data, home } = layOut(t)
  const before = stateOf(app)
  const port = String(await freePort())
  const environment = {
    ...environmentOf(image),
    HOST: '127.0.0.1',
    PORT: port,
    DATA_DIR: data,
    HOME: home,
    TMPDIR: home,
  }
  const health = () => run(healthCommand, { cwd: app, env: environment }).ended

  t.equal(await health(), 1, 'not healthy before it runs')
  const server = run(command, { cwd: app, env: environment })
  t.teardown(() => server.stop())
  await server.printed('Server listening')
  t.equal(await health(), 0, 'healthy while it runs')
  const body = new URLSearchParams({ username: 'ann', password: 'tall-ships' })
  const { status } = await fetch(`http://127.0.0.1:${port}/v1/register`, { method: 'POST', body })
  t.equal(status, 201)
  server.stop()
  t.equal(await server.ended, 0)
  t.same(stateOf(app), before, 'nothing was written beside the data')
  t.same(globSync('**/*', { cwd: home }), [], 'nor into the home or temporary folder')
  t.ok(existsSync(join(data, 'obrol.db')))
})

/** What is imported at run time, from some files on: our own files and the packages of others. */
function importsFrom(entries: string[]): { files: string[]; packages: string[] } {
  const files = new Set(entries)
  const packages = new Set<string>()
  for (const file of files) {
    if (!file.endsWith('.js')) continue
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, name] of source.matchAll(
      /(?:\bfrom|\bimport|\bimport\() ?"([\w@.][\w@./:-]*)"/g,
    )) {
      const wanted = name as string
      if (wanted.startsWith('.')) files.add(resolve('/', file, '..', wanted).slice(1))
      else if (!isBuiltin(wanted)) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(wanted)?.[0] as string)
    }
  }
  return { files: [...files], packages: [...packages] }
}

/** The image's files as the Dockerfile lays them out, none of them writable but the data folder. */
function layOut(t: Test): { app: string; data: string; home: string } {
  const folder = mkdtempSync(join(tmpdir(), 'obrol-image-'))
  const [app, data, home] = ['app', 'data', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const name of [app, data, home]) mkdirSync(name, { mode: 0o700 })
  for (const name of [...copiedFrom(image), 'dist'])
    cpSync(join(root, name), join(app, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'))
  const closed = [
    home,
    app,
    ...globSync('{dist,migrations,common-passwords}/**/', { cwd: app }).map((name) =>
      join(app, name),
    ),
  ]
  for (const name of closed) chmodSync(name, 0o555)
  t.teardown(() => {
    for (const name of closed) chmodSync(name, 0o755)
    rmSync(folder, { recursive: true })
  })
  return { app, data, home }
}

/** Every file with its size and when it was written: root may write where the mode forbids it. */
function stateOf(folder: string): string[] {
  return globSync(['*', '{dist,migrations,common-passwords}/**/*'], { cwd: folder })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return `${name} ${size} ${mtimeMs}`
    })
}

/** A program of the image, run by the Node that runs this test. */
function run(words: string[], { cwd, env }: { cwd: string; env: Record<string, string> }) {
  const [program, ...args] = words
  t.equal(program, 'node')
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const ended = once(child, 'exit').then(([code]) => code)
  return {
    ended,
    stop: () => child.kill('SIGTERM'),
    /** Resolves once it has printed a text, or has ended. */
    async printed(text: string): Promise<void> {
      while (!output.includes(text) && child.exitCode === null)
        await Promise.race([once(child.stdout, 'data'), ended])
    },
  }
}
