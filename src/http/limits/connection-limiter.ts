import type { Socket } from 'node:net'
import { addressKeys, type LimitKey } from './address-keys.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/**
 * Counts the open connections of each address, so that one address cannot use up all of them.
 * Connections of trusted proxies do not count, nor do those with a stream, which has its own limits.
 */
export class ConnectionLimiter {
  readonly #limit: number
  readonly #proxies: TrustedProxies
  readonly #open = new Map<string, number>()
  readonly #counted = new WeakMap<Socket, readonly LimitKey[]>()

  /** @param limit for one address; 0: no limit */
  constructor(limit: number, proxies: TrustedProxies) {
    this.#limit = limit
    this.#proxies = proxies
  }

  /** How many addresses and networks have a count. */
  get size(): number {
    return this.#open.size
  }

  /** @returns whether a new connection may stay open; then it counts until it closes */
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

  /** Stops counting a connection that has closed or carries a stream. */
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
