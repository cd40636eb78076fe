import { formatNotice } from './format.ts'
import { type Palette, plainPalette } from './palette.ts'
import { type Paragraph, renderParagraph } from './paragraph.ts'
import type { View } from './view.ts'

interface Output {
  write(text: string): unknown
}

/** Plain lines: events go to the output, errors and notices to the error output. */
export class PipeView implements View {
  readonly detailed = false
  readonly #output: Output
  readonly #errors: Output
  readonly #palette: Palette
  #isDisconnected = false

  /** @param palette of the output; errors have no colours */
  constructor(output: Output, errors: Output, palette: Palette) {
    this.#output = output
    this.#errors = errors
    this.#palette = palette
  }

  show(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#output.write(toText(paragraph, this.#palette))
  }

  showError(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#errors.write(toText(paragraph, plainPalette))
  }

  showNotice(text: string): void {
    this.showError(formatNotice(text))
  }

  showDisconnected(text: string): void {
    if (!this.#isDisconnected) this.showNotice(text)
    this.#isDisconnected = true
  }

  showReconnected(): void {
    this.#isDisconnected = false
    this.showNotice('connected again')
  }
}

function toText(paragraph: Paragraph, palette: Palette): string {
  return `${renderParagraph(paragraph, Number.POSITIVE_INFINITY, palette).join('\n')}\n`
}
