import type { Paragraph } from './paragraph.ts'
import type { Screen } from './screen.ts'
import { notice } from './tellings.ts'
import type { View } from './view.ts'

/** A visit on a screen. */
export class TerminalView implements View {
  readonly full = true
  readonly #screen: Screen
  #loss: string | undefined
  #waiting = 0

  constructor(screen: Screen) {
    this.#screen = screen
  }

  show(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#screen.show(paragraph)
  }

  refuse(...paragraphs: Paragraph[]): void {
    this.show(...paragraphs)
  }

  note(text: string): void {
    this.show(notice(text))
  }

  lost(text: string): void {
    this.#loss = text
    this.#update()
  }

  found(): void {
    this.#loss = undefined
    this.#update()
    this.note('connected again')
  }

  /** How many lines were typed that the server has not answered yet: told while the line is lost. */
  set waiting(count: number) {
    this.#waiting = count
    this.#update()
  }

  #update(): void {
    const unanswered = this.#waiting > 0 ? ` (typed and not sent yet: ${this.#waiting})` : ''
    this.#screen.setStatus(this.#loss ? notice(this.#loss + unanswered) : undefined)
  }
}
