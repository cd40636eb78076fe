import { displayWidth, graphemes } from '../../../src/terminal/display-width.ts'

/** An escape sequence, a control character, or text. */
const piece = /\x1b\[([?\d;]*)([A-Za-z])|[\x00-\x1f]|[^\x00-\x1f]+/g

/** A small terminal emulator: its text is what a person would see. */
export class TerminalEmulator {
  columns: number
  rows: number
  /** Private modes by number: 25 the cursor, 7 automatic margins, 2004 bracketed paste. */
  readonly modes = new Map([
    [25, true],
    [7, true],
    [2004, false],
  ])
  /** Everything as it was written. */
  written = ''
  #lines: string[][] = [[]]
  #row = 0
  #column = 0

  constructor(columns = 80, rows = 24) {
    this.columns = columns
    this.rows = rows
  }

  /** All lines, also those scrolled off the upper edge. */
  get text(): string {
    return this.lines.join('\n').trimEnd()
  }

  get lines(): string[] {
    return this.#lines.map((cells) => cells.join('').trimEnd())
  }

  /** The text of the cursor's line, and the number of columns left of it. */
  get cursor(): { line: string; column: number } {
    return { line: this.lines[this.#row] ?? '', column: this.#column }
  }

  write(text: string): void {
    this.written += text
    for (const [all, parameters = '', final] of text.matchAll(piece)) {
      if (final) this.#control(parameters, final)
      else if (all === '\r') this.#column = 0
      else if (all === '\n') this.#down()
      else if (all >= ' ') for (const grapheme of graphemes(all)) this.#put(grapheme)
    }
  }

  #control(parameters: string, final: string): void {
    const [number] = parameters.match(/\d+/) ?? ['']
    const privately = parameters.startsWith('?')
    if (privately) this.modes.set(Number(number), final === 'h')
    else if (final === 'A') this.#row = Math.max(this.#top, this.#row - Number(number || 1))
    else if (final === 'H') [this.#row, this.#column] = [this.#top, 0]
    else if (final === 'J' && number === '2') this.#lines = this.#lines.slice(0, this.#top)
    else if (final === 'J') {
      this.#lines = this.#lines.slice(0, this.#row + 1)
      this.#lines[this.#row]?.splice(this.#column)
    } else if (final !== 'm') throw new Error(`this terminal knows no CSI ${parameters}${final}`)
    this.#fill()
  }

  get #top(): number {
    return Math.max(0, this.#lines.length - this.rows)
  }

  #down(): void {
    this.#row++
    this.#fill()
  }

  #fill(): void {
    while (this.#lines.length <= this.#row) this.#lines.push([])
  }

  #put(grapheme: string): void {
    const width = displayWidth(grapheme)
    if (this.#column + width > this.columns) {
      if (!this.modes.get(7)) return
      this.#column = 0
      this.#down()
    }
    const cells = this.#lines[this.#row] as string[]
    while (cells.length < this.#column) cells.push(' ')
    // A wide character's second half is an empty cell.
    cells.splice(this.#column, width, grapheme, ...(width === 2 ? [''] : []))
    this.#column += width
  }
}
