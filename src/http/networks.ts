import ipaddr from 'ipaddr.js'
import type { Networks } from '../chat/fair-queue.ts'

/** Prefixes of IPv6, in bits: what a site, a household and a link get (RFC 6177). */
const prefixes = [48, 56, 64]

/**
 * The networks that an address lies in, from the widest to the narrowest, by which turns are shared:
 * those of IPv6 by /48, /56 and /64, since whoever has a /48 has 65,536 of the last. An IPv4 address
 * stands for itself, the same also where it comes mapped into IPv6, and so does what is no address,
 * as a caller has who is gone already.
 */
export function networksOf(address: string): Networks {
  if (!ipaddr.isValid(address)) return [address]
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return [parsed.toString()]
  const bytes = parsed.toByteArray()
  const networks = prefixes.map(
    (bits) => `${Buffer.from(bytes.slice(0, bits / 8)).toString('hex')}/${bits}`,
  )
  return networks as [string, ...string[]]
}
