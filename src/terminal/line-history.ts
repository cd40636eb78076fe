/** Lines remembered. */
const maxLines = 500

/** The lines that were entered, to walk through with Up and Down; what was being typed is kept. */
export class LineHistory {
  readonly #lines: string[] = []
  #at = 0
  #draft = ''

  /** Remembers a line, but for an empty one or the same again, and goes to the newest. */
  add(line: string): void {
    if (line.trim() !== '' && line !== this.#lines.at(-1)) this.#lines.push(line)
    if (this.#lines.length > maxLines) this.#lines.shift()
    this.#at = this.#lines.length
  }

  /** The line before, or undefined at the oldest. `current` is what stands there now. */
  older(current: string): string | undefined {
    if (this.#at === 0) return undefined
    if (this.#at === this.#lines.length) this.#draft = current
    return this.#lines[--this.#at]
  }

  /** The line after, at last the one that was being typed; undefined where that is shown already. */
  newer(): string | undefined {
    if (this.#at === this.#lines.length) return undefined
    return this.#lines[++this.#at] ?? this.#draft
  }
}
