/** Takes what a server logs, line by line. */
export class LogLines {
  /** As they were written. */
  readonly written: string[] = []
  #waiting: (() => void)[] = []

  write(line: string): void {
    this.written.push(line)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  get lines(): Record<string, unknown>[] {
    return this.written.map((line) => JSON.parse(line))
  }

  /** The lines of an event so far. */
  of(event: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line.event === event)
  }

  /** The first line of an event with these fields, once it has come. */
  async next(event: string, fields: Record<string, unknown> = {}) {
    const matches = (line: Record<string, unknown>) =>
      Object.entries(fields).every(([name, value]) => line[name] === value)
    for (;;) {
      const found = this.of(event).find(matches)
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }
}
