import type { SharedCounts } from '../store/store.ts'
import { FixedWindows } from './fixed-windows.ts'

/** Counts of one process alone, where the store has none for several. All have windows of one length. */
export class CountsInMemory implements SharedCounts {
  readonly #windows: FixedWindows

  /** @param options.now a steady clock, in ms */
  constructor(options: { windowMs: number; now?: () => number }) {
    this.#windows = new FixedWindows(options)
  }

  async add(key: string, { limit }: { limit: number }) {
    const retryAfterMs = this.#windows.wait(key, limit)
    if (retryAfterMs > 0) return { counted: false, retryAfterMs } as const
    this.#windows.add(key)
    return { counted: true } as const
  }

  async takeBack(key: string): Promise<void> {
    this.#windows.takeBack(key)
  }
}
