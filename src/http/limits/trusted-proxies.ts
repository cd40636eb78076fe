import ipaddr from 'ipaddr.js'

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** The proxies of TRUST_PROXY, whose connections carry the requests of many clients. */
export class TrustedProxies {
  readonly #networks: readonly Network[]

  /** @param ranges addresses and CIDR ranges */
  constructor(ranges: readonly string[]) {
    this.#networks = ranges.map(readNetwork)
  }

  /** @param address of a socket; undefined once it has closed */
  trusts(address: string | undefined): boolean {
    if (this.#networks.length === 0 || address === undefined) return false
    const client = ipaddr.process(address)
    return this.#networks.some(
      ([network, bits]) => network.kind() === client.kind() && client.match(network, bits),
    )
  }
}

function readNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.toByteArray().length * 8]
}
