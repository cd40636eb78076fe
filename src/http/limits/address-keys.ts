import ipaddr from 'ipaddr.js'
import { LruMap } from 'toad-cache'
import type { Networks } from '../../chat/password-queue.ts'

/** A key that a limit counts under, and how many times the limit it may reach. */
export interface LimitKey {
  readonly key: string
  readonly times: number
}

/**
 * The IPv6 networks that an address counts in. A customer gets a /64 at least and often a /56 or a
 * /48 (RFC 6177): counted by /64 alone, such a customer would count as 256 or 65,536.
 */
const networks = [
  { bits: 64, times: 1 },
  { bits: 56, times: 8 },
  { bits: 48, times: 64 },
] as const

/** Parsing an address takes longer than counting it. */
const cache = new LruMap<readonly LimitKey[]>(4096)

/**
 * The keys that an address counts under, the narrowest first: of IPv6 its /64, /56 and /48; of IPv4,
 * also mapped into IPv6, the address. Anything else, such as the undefined address of a closed socket,
 * is its own key.
 */
export function addressKeys(address: string): readonly LimitKey[] {
  const cached = cache.get(address)
  if (cached !== undefined) return cached
  const keys = computeKeys(address)
  cache.set(address, keys)
  return keys
}

/** The keys of an address from the widest network to the narrowest, for fair queues. */
export function networksOf(address: string): Networks {
  const keys = addressKeys(address).map(({ key }) => key)
  return keys.toReversed() as [string, ...string[]]
}

function computeKeys(address: string): LimitKey[] {
  if (!ipaddr.isValid(address)) return [{ key: address, times: 1 }]
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return [{ key: parsed.toString(), times: 1 }]
  const bytes = parsed.toByteArray()
  return networks.map(({ bits, times }) => {
    const prefix = bytes.map((byte, at) => (at < bits / 8 ? byte : 0))
    return { key: `${ipaddr.fromByteArray(prefix).toString()}/${bits}`, times }
  })
}
