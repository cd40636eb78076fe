import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { isConsole } from '../connection/console-sockets.ts'

/**
 * The address of the client, as trusted proxies forward it, without the port that some of them add.
 * Where they forward something that is not an address, the address of the last proxy. A Unix socket has
 * none: `console`.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  if (isConsole({ socket })) return 'console'
  if (ip === socket.remoteAddress) return ip
  const bare = String(ip).replace(/^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/, '$1$2')
  return ipaddr.isValid(bare) ? bare : String(socket.remoteAddress)
}
