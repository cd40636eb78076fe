import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { eventRequest } from '../load/requests.ts'
import { startPinned, stopProcess } from './process.ts'
import type { Contender, Server } from './server.ts'

const module = '/usr/lib/nginx/modules/ngx_nchan_module.so'

/** Whether nginx with nchan is installed (in Debian: nginx-light, libnginx-mod-nchan). */
export function hasNchan(): boolean {
  return existsSync(module) && spawnSync('nginx', ['-v']).status === 0
}

/** The versions of nginx and of nchan's package; empty if not installed. */
export function nchanVersion(): string {
  if (!hasNchan()) return ''
  const nginx = /nginx\/\S+/.exec(spawnSync('nginx', ['-v']).stderr.toString())?.[0] ?? 'nginx'
  const [, version] =
    /^Version: (\S+)/m.exec(spawnSync('dpkg', ['-s', 'libnginx-mod-nchan']).stdout.toString()) ?? []
  return `${nginx}, nchan ${version}`
}

/** nginx with nchan: one worker, in memory, no accounts, and nchan's default message buffer. */
export const nchan: Contender = { name: 'nchan', start: startNchan }

async function startNchan(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'obrol-bench-nginx-'))
  const clear = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clear)
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration(folder, port))
  const child = startPinned(['nginx', '-p', folder, '-c', file, '-e', join(folder, 'error.log')])
  while (!(await answers(port))) await delay(20)
  return {
    port,
    pid: child.pid as number,
    tokens: [],
    streamPath: '/v1/events',
    readyMark: '\r\n\r\n',
    broadcast: (n) => eventRequest('/v1/messages/broadcast', n + 1),
    async stop() {
      await stopProcess(child)
      process.off('exit', clear)
      clear()
    },
  }
}

function configuration(folder: string, port: number): string {
  const inFolder = (name: string) => join(folder, name)
  return `
load_module ${module};
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${inFolder('nginx.pid')};
events { worker_connections 30000; }
http {
  access_log off;
  error_log ${inFolder('error.log')};
  client_body_temp_path ${inFolder('body')};
  proxy_temp_path ${inFolder('proxy')};
  fastcgi_temp_path ${inFolder('fastcgi')};
  uwsgi_temp_path ${inFolder('uwsgi')};
  scgi_temp_path ${inFolder('scgi')};
  keepalive_requests 1000000000;
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /v1/events {
      nchan_subscriber eventsource;
      nchan_subscriber_first_message newest;
      nchan_channel_id room;
    }
    location = /v1/messages/broadcast {
      nchan_publisher;
      nchan_channel_id room;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 60s;
    }
  }
}
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
