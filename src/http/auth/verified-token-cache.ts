import { LruMap } from 'toad-cache'
import type { Claims } from './tokens.ts'

/** A token and its claims take about 600 bytes. */
const defaultCacheSize = 20_000

/**
 * Keeps the claims of verified tokens, so that a signature is verified once. Tokens that failed are not
 * kept, so nobody fills the cache without the signing key. Whether the session of a token is still
 * valid is checked elsewhere, for each request.
 */
export class VerifiedTokenCache {
  readonly #now: () => number
  readonly #claims: LruMap<Claims>

  /**
   * @param now the time in Unix milliseconds
   * @param options.cacheSize how many tokens are kept (20,000)
   */
  constructor(now: () => number, options: { cacheSize?: number } = {}) {
    this.#now = now
    this.#claims = new LruMap(options.cacheSize ?? defaultCacheSize)
  }

  /** @returns the claims of a cached token, unless it has expired */
  get(token: string): Claims | undefined {
    const claims = this.#claims.get(token)
    if (claims === undefined || this.#isUnexpired(claims)) return claims
    this.#claims.delete(token)
    return undefined
  }

  /** @returns the claims, unless the token has expired */
  add(token: string, claims: Claims): Claims | undefined {
    if (!this.#isUnexpired(claims)) return undefined
    this.#claims.set(token, claims)
    return claims
  }

  #isUnexpired({ exp }: Claims): boolean {
    return exp * 1000 > this.#now()
  }
}
