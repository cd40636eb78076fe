/** `full` runs each fault as often as it is promised for; otherwise a few times, as in every test run. */
export const full = process.env.OBROL_FAULTS === 'full'

/** What a promise brings, or an error that says what was waited for. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets others wait for conditions over something that changes; its owner calls `changed`. */
export class Changes {
  #waiting: (() => void)[] = []

  changed(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** Resolves once the condition holds. */
  async until(condition: () => boolean, what: string, ms = 30_000): Promise<void> {
    if (condition()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (condition()) resolve()
    }
    this.#waiting.push(look)
    try {
      await within(ms, what, promise)
    } finally {
      this.#waiting = this.#waiting.filter((other) => other !== look)
    }
  }
}
