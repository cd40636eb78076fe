import ipaddr from 'ipaddr.js'

/**
 * The form under which an address is counted: IPv6 by its /64, which is what one customer gets, and
 * an IPv4 address the same also where it comes mapped into IPv6. What is no address, as a proxy may
 * pass on, counts as it is.
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
