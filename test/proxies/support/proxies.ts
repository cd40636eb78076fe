import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from '../../support/free-port.ts'
import { temporaryFolder } from '../../support/room.ts'

const deadlineMs = 30_000

/** A proxy that runs, until the end of the test. */
export interface Proxy {
  url: string
  /** What it has written to its access log. */
  accessLog(): Promise<string>
}

export interface ProxyOptions {
  /** Where it listens; default: 127.0.0.1. */
  host?: string
  /** `host:port` of what stands behind it. */
  upstream: string
  /** The address that it comes from, as seen by what stands behind it. */
  from?: string
  /** Stands for the minute of silence that the documented blocks allow. */
  silence?: string
}

/** Every proxy of docs/behind-a-proxy.md: its block, with what a test needs instead of TLS. */
export const startDocumented = {
  async nginx(t: Test, block: string, { upstream, from, silence = '60s', host }: ProxyOptions) {
    const place = await placeOf(t, host)
    const adapted = block
      .replace('listen 443 ssl http2;', `listen ${place.address};`)
      .replaceAll(/^ *ssl_\w+ .*$/gm, '')
      .replace(/access_log \S+/, `access_log ${place.accessLog}`)
      .replaceAll('127.0.0.1:3000', upstream)
      .replace('proxy_http_version', `${from ? `proxy_bind ${from};` : ''} proxy_http_version`)
      .replaceAll('60s', silence)
    return startNginx(t, place, `events {}\nhttp {\n${temporaryPaths(place)}\n${adapted}\n}\n`)
  },

  async caddy(t: Test, block: string, { upstream, host }: ProxyOptions) {
    const place = await placeOf(t, host)
    const [, port] = place.address.split(':')
    const adapted = block
      .replace('chat.example.org {', `http://:${port} {\nbind ${place.host}`)
      .replace('log {', `log {\noutput file ${place.accessLog}`)
      .replaceAll('127.0.0.1:3000', upstream)
    const file = join(place.folder, 'Caddyfile')
    await writeFile(file, `{\nadmin off\nauto_https off\n}\n${adapted}`)
    const home = { HOME: place.folder, XDG_DATA_HOME: place.folder, XDG_CONFIG_HOME: place.folder }
    return run(t, place, ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'], home)
  },

  async haproxy(t: Test, block: string, { upstream, silence = '60s', host }: ProxyOptions) {
    const place = await placeOf(t, host)
    const adapted = block
      .replace(/bind :443 .*/, `bind ${place.address}`)
      .replaceAll('127.0.0.1:3000', upstream)
      .replaceAll('60s', silence)
      // So that what its checks find is known soon.
      .replace(/ check$/m, ' check inter 1s fall 2')
    const file = join(place.folder, 'haproxy.cfg')
    await writeFile(file, `${adapted}\n`)
    return run(t, place, ['haproxy', '-db', '-f', file])
  },
}

/** deploy/nginx.conf, whose network 172.30.84.0/24 is 127.0.84.0/24 here. */
export async function startBalancer(t: Test, config: string, port: number): Promise<Proxy> {
  const place = await placeOf(t, '127.0.84.2')
  const adapted = config
    .replaceAll('172.30.84.', '127.0.84.')
    .replaceAll(/(server 127\.0\.84\.\d+):3000/g, `$1:${port}`)
    .replaceAll('/tmp/', `${place.folder}/`)
    .replace('/dev/stdout', place.accessLog)
    .replace('listen 8080;', `listen ${place.address};`)
    .replace('proxy_http_version', `proxy_bind ${place.host}; proxy_http_version`)
    .replace('worker_connections 32768;', '')
  return startNginx(t, place, adapted.replace('worker_processes auto;', ''))
}

/** Where a proxy has its files, and listens. */
interface Place {
  folder: string
  host: string
  /** With the port. */
  address: string
  accessLog: string
}

async function placeOf(t: Test, host = '127.0.0.1'): Promise<Place> {
  const folder = await temporaryFolder(t)
  const address = `${host}:${await freePort(host)}`
  return { folder, host, address, accessLog: join(folder, 'access.log') }
}

const temporaryPaths = ({ folder }: Place) =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n')

async function startNginx(t: Test, place: Place, config: string): Promise<Proxy> {
  const { folder } = place
  const file = join(folder, 'nginx.conf')
  const pid = /^pid /m.test(config) ? '' : `pid ${folder}/nginx.pid;\n`
  // One process, which keeps the rights to its folder.
  await writeFile(file, `daemon off;\nmaster_process off;\n${pid}${config}`)
  return run(t, place, ['nginx', '-p', folder, '-c', file, '-e', join(folder, 'error.log')])
}

/** Runs a program in the foreground until the end of the test. */
async function run(
  t: Test,
  { address, accessLog, host }: Place,
  [program = '', ...args]: string[],
  environment: Record<string, string> = {},
): Promise<Proxy> {
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  t.teardown(() => end(child))
  const port = Number(address.split(':')[1])
  for (const until = Date.now() + deadlineMs; !(await isTaken(host, port)); await delay(20)) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`${program} does not listen: ${said}`)
  }
  return { url: `http://${address}`, accessLog: () => readFile(accessLog, 'utf8') }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function isTaken(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  const taken = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return taken
}
