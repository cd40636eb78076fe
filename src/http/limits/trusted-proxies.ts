import ipaddr from 'ipaddr.js'

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** The proxies of TRUST_PROXY: what comes from one is many people's, not one's. */
export class TrustedProxies {
  readonly #networks: readonly Network[]

  /** @param ranges addresses and CIDR ranges */
  constructor(ranges: readonly string[]) {
    this.#networks = ranges.map(readNetwork)
  }

  /** @param address as a socket tells it; undefined of one that has closed */
  trusts(address: string | undefined): boolean {
    if (this.#networks.length === 0 || address === undefined) return false
    const caller = ipaddr.process(address)
    return this.#networks.some(
      ([network, bits]) => network.kind() === caller.kind() && caller.match(network, bits),
    )
  }
}

function readNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.toByteArray().length * 8]
}
