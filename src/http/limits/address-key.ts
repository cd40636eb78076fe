import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import type { Networks } from '../../chat/fair-queue.ts'

/**
 * The address of who calls, as trusted proxies tell it: without the port that some of them write
 * behind it, and the last proxy's own where they tell what is no address.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  if (ip === socket.remoteAddress) return ip
  const bare = String(ip).replace(/^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/, '$1$2')
  return ipaddr.isValid(bare) ? bare : String(socket.remoteAddress)
}

/** A network under which an address is counted, and how many times a limit holds for all of it. */
export interface AddressKey {
  readonly key: string
  readonly times: number
}

/**
 * The networks of IPv6 under which an address counts. A /64 is the least that one customer gets, and
 * a /56 or a /48 what many get (RFC 6177): without these, one of them would count as 256 or 65,536.
 */
const networks = [
  { bits: 64, times: 1 },
  { bits: 56, times: 8 },
  { bits: 48, times: 64 },
] as const

/** Read once: the callers of a moment are few, and to read an address costs more than to count it. */
const cache = new LRUCache<string, readonly AddressKey[]>({ max: 4096 })

/**
 * The keys under which an address is counted, the narrowest first: of IPv6 its /64, /56 and /48, of
 * IPv4 the address, the same also where it comes mapped into IPv6. What is no address, as a caller
 * has who is gone already, counts as it is.
 */
export function addressKeys(address: string): readonly AddressKey[] {
  const found = cache.get(address)
  if (found !== undefined) return found
  const keys = computeKeys(address)
  cache.set(address, keys)
  return keys
}

/** The same networks from the widest to the narrowest, by which turns are shared. */
export function networksOf(address: string): Networks {
  const keys = addressKeys(address).map(({ key }) => key)
  return keys.toReversed() as [string, ...string[]]
}

function computeKeys(address: string): AddressKey[] {
  if (!ipaddr.isValid(address)) return [{ key: address, times: 1 }]
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return [{ key: parsed.toString(), times: 1 }]
  const bytes = parsed.toByteArray()
  return networks.map(({ bits, times }) => {
    const kept = bytes.map((byte, at) => (at < bits / 8 ? byte : 0))
    return { key: `${ipaddr.fromByteArray(kept).toString()}/${bits}`, times }
  })
}
