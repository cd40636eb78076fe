/** Counters for rate limits, by key, which all nodes share. */
export interface RateLimitCounters {
  /**
   * Adds one to the key's count, unless it is at the limit. The count starts over `windowMs` after
   * the first one. @throws {Unavailable}
   */
  increment(
    key: string,
    allowance: { limit: number; windowMs: number },
  ): Promise<{ counted: true } | { counted: false; retryAfterMs: number }>
  /** @throws {Unavailable} */
  decrement(key: string): Promise<void>
}
