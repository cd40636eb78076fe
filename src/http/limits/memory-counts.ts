import type { SharedCounts } from '../../store/store.ts'
import { FixedWindowCounter } from './fixed-window-counter.ts'

/** Counts of one process alone, where the store has none for several. All have windows of one length. */
export class MemoryCounts implements SharedCounts {
  readonly #windows: FixedWindowCounter

  /** @param options.now a steady clock, in ms */
  constructor(options: { windowMs: number; now?: () => number }) {
    this.#windows = new FixedWindowCounter(options)
  }

  async increment(key: string, { limit }: { limit: number }) {
    const retryAfterMs = this.#windows.msUntilAvailable(key, limit)
    if (retryAfterMs > 0) return { counted: false, retryAfterMs } as const
    this.#windows.increment(key)
    return { counted: true } as const
  }

  async decrement(key: string): Promise<void> {
    this.#windows.decrement(key)
  }
}
