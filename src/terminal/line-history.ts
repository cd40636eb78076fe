const maxLines = 500

/** The entered lines, for Up and Down. The unfinished line is kept too. */
export class LineHistory {
  readonly #lines: string[] = []
  #at = 0
  #draft = ''

  /** Adds a line, unless it is empty or repeats the last one, and goes to the end. */
  add(line: string): void {
    if (line.trim() !== '' && line !== this.#lines.at(-1)) this.#lines.push(line)
    if (this.#lines.length > maxLines) this.#lines.shift()
    this.#at = this.#lines.length
  }

  /** The line before, or undefined at the oldest. `current` is the unfinished line. */
  older(current: string): string | undefined {
    if (this.#at === 0) return undefined
    if (this.#at === this.#lines.length) this.#draft = current
    return this.#lines[--this.#at]
  }

  /** The line after, at last the unfinished one; undefined at the end. */
  newer(): string | undefined {
    if (this.#at === this.#lines.length) return undefined
    return this.#lines[++this.#at] ?? this.#draft
  }
}
