import type { Socket } from 'node:net'
import { type AddressKey, addressKeys } from './address-key.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/**
 * Counts the open connections of each address, so that one cannot take all there are. Those of
 * trusted proxies carry the requests of many and do not count, nor do those that carry a stream,
 * which have limits of their own.
 */
export class ConnectionLimiter {
  readonly #limit: number
  readonly #proxies: TrustedProxies
  readonly #open = new Map<string, number>()
  readonly #counted = new WeakMap<Socket, readonly AddressKey[]>()

  /** @param limit for one address; 0: none */
  constructor(limit: number, proxies: TrustedProxies) {
    this.#limit = limit
    this.#proxies = proxies
  }

  /** How many addresses and networks have connections that count. */
  get size(): number {
    return this.#open.size
  }

  /** Whether a new connection may stay; it counts until it closes. */
  admit(socket: Socket): boolean {
    const { remoteAddress } = socket
    if (this.#limit === 0 || this.#proxies.trusts(remoteAddress)) return true
    const keys = addressKeys(String(remoteAddress))
    if (keys.some(({ key, times }) => this.#count(key) >= this.#limit * times)) return false
    for (const { key } of keys) this.#open.set(key, this.#count(key) + 1)
    this.#counted.set(socket, keys)
    socket.once('close', () => this.release(socket))
    return true
  }

  /** It does not count any more: it has closed, or carries a stream. */
  release(socket: Socket): void {
    for (const { key } of this.#counted.get(socket) ?? []) {
      const left = this.#count(key) - 1
      if (left === 0) this.#open.delete(key)
      else this.#open.set(key, left)
    }
    this.#counted.delete(socket)
  }

  #count(key: string): number {
    return this.#open.get(key) ?? 0
  }
}
