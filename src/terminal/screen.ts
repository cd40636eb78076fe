import { stripVTControlCharacters } from 'node:util'
import { displayWidth } from './display-width.ts'
import { type InputLayout, type InputState, layOutInput } from './input-layout.ts'
import type { Palette } from './palette.ts'
import { type Paragraph, renderParagraph } from './paragraph.ts'

/** The part of a terminal that the screen uses. */
export interface Display {
  /** 0 or undefined if unknown. */
  columns: number | undefined
  rows: number | undefined
  write(text: string): unknown
}

const emptyLayout: InputLayout = { rows: [''], cursorRow: 0, beforeCursor: '' }

/**
 * The lower end of a terminal. Output scrolls above; the block below it has a status, if there is
 * one, and the typed line. At each change the block is erased, new output is written in its place,
 * and the block is drawn again under it, in one write.
 */
export class Screen {
  readonly #display: Display
  readonly #palette: Palette
  #pendingRows: string[] = []
  #status: Paragraph | undefined
  #input: InputState | undefined
  #drawn = emptyLayout
  #scheduled: NodeJS.Immediate | undefined
  #suspended = false

  constructor(display: Display, palette: Palette) {
    this.#display = display
    this.#palette = palette
  }

  /** Writes a paragraph above the block. */
  show(paragraph: Paragraph): void {
    this.#pendingRows.push(...renderParagraph(paragraph, this.#columns - 1, this.#palette))
    this.#scheduleDraw()
  }

  /** Replaces the status above the typed line. */
  setStatus(status: Paragraph | undefined): void {
    this.#status = status
    this.#scheduleDraw()
  }

  /** Replaces the typed line; undefined: not even a prompt. */
  setInput(edited: InputState | undefined): void {
    this.#input = edited
    this.#scheduleDraw()
  }

  /** Leaves an entered line as output. */
  commitInput(edited: InputState): void {
    this.#pendingRows.push(...this.#layOut(edited, Number.POSITIVE_INFINITY).rows)
    this.#scheduleDraw()
  }

  /** Clears the whole terminal. */
  clear(): void {
    this.#display.write('\x1b[H\x1b[2J')
    this.#drawn = emptyLayout
    this.draw()
  }

  /**
   * Draws after a change of the terminal's size. The terminal has wrapped rows that became too long,
   * so the cursor is now further below the block's first row.
   */
  resized(): void {
    const { rows, cursorRow, beforeCursor } = this.#drawn
    const height = (row: string, least: number) =>
      Math.max(least, Math.ceil(displayWidth(stripVTControlCharacters(row)) / this.#columns))
    const above = rows.slice(0, cursorRow).reduce((sum, row) => sum + height(row, 1), 0)
    this.#drawn = {
      rows,
      cursorRow: above + Math.max(0, height(beforeCursor, 0) - 1),
      beforeCursor,
    }
    this.draw()
  }

  /** Draws all changes now. */
  draw(): void {
    this.#suspended = false
    const above = this.#takePendingOutput()
    const { rows, cursorRow, beforeCursor } = this.#block()
    this.#drawn = { rows, cursorRow, beforeCursor }
    // Without a cursor, so that it does not flicker, and without automatic margins, so that the
    // block's height is known even if the terminal gives a character another width.
    const block = `\x1b[?7l${rows.join('\r\n')}${up(rows.length - 1 - cursorRow)}\r${beforeCursor}\x1b[?7h`
    this.#display.write(`\x1b[?25l${above}${block}\x1b[?25h`)
  }

  /** Erases the block and draws nothing until `draw()` is called. */
  suspend(): void {
    this.#display.write(this.#takePendingOutput())
    this.#drawn = emptyLayout
    this.#suspended = true
  }

  /** Erases the block for good. */
  close(): void {
    this.#input = undefined
    this.#status = undefined
    this.suspend()
  }

  /** Returns the text that erases the block and writes the pending rows in its place. */
  #takePendingOutput(): string {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    const above = this.#pendingRows.splice(0).map((row) => `${row}\r\n`)
    return `${up(this.#drawn.cursorRow)}\r\x1b[J${above.join('')}`
  }

  #block(): InputLayout {
    const status = this.#status
      ? renderParagraph(this.#status, this.#columns - 1, this.#palette)
      : []
    const most = Math.max(1, this.#rows - 1 - status.length)
    const block = this.#input ? this.#layOut(this.#input, most) : emptyLayout
    return {
      ...block,
      rows: [...status, ...block.rows],
      cursorRow: block.cursorRow + status.length,
    }
  }

  #layOut(edited: InputState, most: number): InputLayout {
    return layOutInput(edited, { columns: this.#columns, most, palette: this.#palette })
  }

  /** Draws all changes of one event-loop turn at once. */
  #scheduleDraw(): void {
    if (!this.#suspended) this.#scheduled ??= setImmediate(() => this.draw())
  }

  get #columns(): number {
    return this.#display.columns || 80
  }

  get #rows(): number {
    return this.#display.rows || 24
  }
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : ''
}
