import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { broadcastRequest } from '../load/requests.ts'
import { makePeople, secret } from './people.ts'
import { startPinned, stopProcess } from './process.ts'
import type { Contender } from './server.ts'

/** A baseline in a module of its own, which sends its port once it listens. */
function nodeServer(name: string, module: string, ...args: string[]): Contender {
  return {
    name,
    async start(people) {
      const file = fileURLToPath(new URL(`programs/${module}`, import.meta.url))
      const child = startPinned([process.execPath, file, ...args], { env: { JWT_SECRET: secret } })
      const [port] = (await once(child, 'message')) as [number]
      const tokens = makePeople(people).map(({ token }) => token)
      const broadcasts = (people === 0 ? [undefined] : tokens)
        .slice(0, 64)
        .map((token) => broadcastRequest('/v1/messages/broadcast', token))
      return {
        port,
        pid: child.pid as number,
        tokens,
        streamPath: '/v1/events?presence=none',
        readyMark: 'event: ready',
        broadcast: (n) => broadcasts[n % broadcasts.length] as Buffer,
        stop: () => stopProcess(child),
      }
    },
  }
}

/** One `res.write` for each message and stream, as most servers do. */
export const resWrite = nodeServer('res.write', 'bare.ts', 'res-write')
/** One `socket.write` of ready bytes for each message and stream. */
export const socketWrite = nodeServer('socket.write', 'bare.ts', 'socket-write')
/** One write to each socket for all messages of one event-loop turn: the limit of the runtime. */
export const gathered = nodeServer('gathered floor', 'bare.ts', 'gathered')
/** Fastify routes with the same schema, token check and response, but no store. */
export const bareFastify = nodeServer('bare Fastify', 'fastify.ts')
/** The same with a cache of verified tokens. */
export const rememberingFastify = nodeServer(
  'bare Fastify, tokens remembered',
  'fastify.ts',
  'cache',
)
/** Loses one event in 10,000: no run with it may count. */
export const dropping = nodeServer('dropping', 'bare.ts', 'gathered', 'dropping')
