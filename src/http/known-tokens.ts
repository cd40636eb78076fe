import type { Claims } from './tokens.ts'

/** A token and what it says is about 600 bytes; past this many the oldest are verified again. */
const remembered = 20_000

/**
 * Tokens that were verified before, so that a request costs no look at a signature. Only good ones
 * are kept: nobody fills this without the signing key. Whether a token's session is still alive is
 * asked for each request, elsewhere.
 */
export class KnownTokens {
  readonly #remembered: number
  readonly #now: () => number
  readonly #claims = new Map<string, Claims>()

  /**
   * @param options.remembered how many tokens are kept (20,000)
   * @param options.now the time in Unix milliseconds
   */
  constructor(options: { remembered?: number; now?: () => number } = {}) {
    this.#remembered = options.remembered ?? remembered
    this.#now = options.now ?? Date.now
  }

  /** What a known token says, unless it is past its end. */
  find(token: string): Claims | undefined {
    const claims = this.#claims.get(token)
    if (claims === undefined || claims.exp * 1000 > this.#now()) return claims
    this.#claims.delete(token)
    return undefined
  }

  keep(token: string, claims: Claims): void {
    this.#claims.set(token, claims)
    if (this.#claims.size <= this.#remembered) return
    const [oldest] = this.#claims.keys()
    this.#claims.delete(oldest as string)
  }
}
