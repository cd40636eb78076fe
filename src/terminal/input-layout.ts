import { displayWidth, graphemes } from './display-width.ts'
import type { Palette, Segment } from './palette.ts'
import { safeLine } from './safe-text.ts'

/** The typed line on the screen. */
export interface InputLayout {
  rows: string[]
  /** Counted from 0. */
  cursorRow: number
  /** The text left of the cursor in its row: writing it again moves the cursor there. */
  beforeCursor: string
}

export interface InputState {
  prompt: readonly Segment[]
  before: string
  after: string
  /** The text is not shown. */
  hidden: boolean
}

/**
 * Breaks the typed line into rows, which leave the last column free. A line break begins a row. Of
 * more than `most` rows, those around the cursor are kept.
 */
export function layOutInput(
  { prompt, before, after, hidden }: InputState,
  { columns, most, palette }: { columns: number; most: number; palette: Palette },
): InputLayout {
  const rows = new Rows(prompt, columns - 1, palette)
  if (!hidden) for (const grapheme of graphemes(before)) rows.add(grapheme)
  const cursorRow = rows.last
  const beforeCursor = rows.text
  if (!hidden) for (const grapheme of graphemes(after)) rows.add(grapheme)
  const first = Math.max(0, cursorRow - most + 1)
  return {
    rows: rows.all.slice(first, first + most),
    cursorRow: cursorRow - first,
    beforeCursor,
  }
}

class Rows {
  readonly all: string[]
  readonly #columns: number
  #width: number

  constructor(prompt: readonly Segment[], columns: number, palette: Palette) {
    this.all = [prompt.map(palette).join('')]
    this.#columns = columns
    this.#width = prompt.reduce((sum, { text }) => sum + displayWidth(text), 0)
  }

  get last(): number {
    return this.all.length - 1
  }

  get text(): string {
    return this.all[this.last] as string
  }

  add(grapheme: string): void {
    if (grapheme === '\n') this.#begin()
    else this.#put(grapheme === '\t' ? '    ' : safeLine(grapheme))
  }

  #put(shown: string): void {
    const width = displayWidth(shown)
    if (this.#width + width > this.#columns) this.#begin()
    this.all[this.last] += shown
    this.#width += width
  }

  #begin(): void {
    this.all.push('')
    this.#width = 0
  }
}
