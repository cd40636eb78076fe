import { LRUCache } from 'lru-cache'
import type { Claims } from './tokens.ts'

/** A token and what it says is about 600 bytes; past this many those unused for longest are verified again. */
const defaultCacheSize = 20_000

/**
 * Tokens that were verified before, so that a request costs no look at a signature. Only good ones
 * are kept: nobody fills this without the signing key. Whether a token's session is still alive is
 * asked for each request, elsewhere.
 */
export class VerifiedTokenCache {
  readonly #now: () => number
  readonly #claims: LRUCache<string, Claims>

  /**
   * @param now the time in Unix milliseconds
   * @param options.remembered how many tokens are kept (20,000)
   */
  constructor(now: () => number, options: { cacheSize?: number } = {}) {
    this.#now = now
    this.#claims = new LRUCache({ max: options.cacheSize ?? defaultCacheSize })
  }

  /** What a known token says, unless it is past its end. */
  get(token: string): Claims | undefined {
    const claims = this.#claims.get(token)
    if (claims === undefined || this.#isUnexpired(claims)) return claims
    this.#claims.delete(token)
    return undefined
  }

  /** @returns what it says, unless it is past its end */
  add(token: string, claims: Claims): Claims | undefined {
    if (!this.#isUnexpired(claims)) return undefined
    this.#claims.set(token, claims)
    return claims
  }

  #isUnexpired({ exp }: Claims): boolean {
    return exp * 1000 > this.#now()
  }
}
