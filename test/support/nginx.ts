import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'

const deadlineMs = 30_000

/** An nginx on a free port of this machine, with the access log that it writes. */
export interface Nginx {
  url: string
  accessLog(): Promise<string>
}

/**
 * Runs a documented `server` of nginx before a server of ours, without its TLS; ended after the test.
 *
 * @param snippet what stands in `http { … }`
 */
export async function startNginx(
  t: Test,
  snippet: string,
  upstream: string,
  folder: string,
): Promise<Nginx> {
  const port = await freePort()
  const log = join(folder, 'access.log')
  const adapted = snippet
    .replace(/listen 443 ssl http2;/, `listen 127.0.0.1:${port};`)
    .replaceAll(/^ *ssl_\w+ .*$/gm, '')
    .replace(/access_log \S+/, `access_log ${log}`)
    .replaceAll('http://127.0.0.1:3000', upstream)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n')
  const config = `daemon off;\nmaster_process off;\npid ${folder}/nginx.pid;
error_log ${folder}/error.log;\nevents {}\nhttp {\n${temporary}\n${adapted}\n}\n`
  const file = join(folder, 'nginx.conf')
  await writeFile(file, config)
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', `${folder}/error.log`], {
    stdio: 'ignore',
  })
  t.teardown(() => end(nginx))
  await listening(port, nginx, join(folder, 'error.log'))
  return { url: `http://127.0.0.1:${port}`, accessLog: () => readFile(log, 'utf8') }
}

async function end(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null) return
  nginx.kill()
  await once(nginx, 'exit')
}

async function listening(port: number, nginx: ChildProcess, errors: string): Promise<void> {
  for (const until = Date.now() + deadlineMs; Date.now() < until; await delay(10)) {
    if (nginx.exitCode !== null) break
    const socket = connect(port, '127.0.0.1')
    const taken = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (taken) return
  }
  throw new Error(`nginx does not listen: ${await readFile(errors, 'utf8')}`)
}
