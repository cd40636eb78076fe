import { type Palette, plainPalette } from './palette.ts'
import { type Paragraph, rowsOf } from './paragraph.ts'
import { notice } from './tellings.ts'
import type { View } from './view.ts'

interface Sink {
  write(text: string): unknown
}

/** A visit as plain lines: what happens goes to one stream, what is amiss to the other. */
export class PipeView implements View {
  readonly full = false
  readonly #output: Sink
  readonly #errors: Sink
  readonly #palette: Palette
  #isLost = false

  /** @param palette of the output */
  constructor(output: Sink, errors: Sink, palette: Palette) {
    this.#output = output
    this.#errors = errors
    this.#palette = palette
  }

  show(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#output.write(linesOf(paragraph, this.#palette))
  }

  refuse(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#errors.write(linesOf(paragraph, plainPalette))
  }

  note(text: string): void {
    this.refuse(notice(text))
  }

  lost(text: string): void {
    if (!this.#isLost) this.note(text)
    this.#isLost = true
  }

  found(): void {
    this.#isLost = false
    this.note('connected again')
  }
}

function linesOf(paragraph: Paragraph, palette: Palette): string {
  return `${rowsOf(paragraph, Number.POSITIVE_INFINITY, palette).join('\n')}\n`
}
