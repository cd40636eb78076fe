import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/**
 * The address of who calls, as trusted proxies tell it: without the port that some of them write
 * behind it, and the last proxy's own where they tell what is no address.
 */
export function callerAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const bare = String(ip).replace(/^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/, '$1$2')
  return ipaddr.isValid(bare) ? bare : String(socket.remoteAddress)
}

/**
 * The form under which an address is counted: IPv6 by its /64, which is what one customer gets, and
 * an IPv4 address the same also where it comes mapped into IPv6. What is no address, as a caller has
 * who is gone already, counts as it is.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString()
}
