import { formatNotice } from './format.ts'
import type { Paragraph } from './paragraph.ts'
import type { Screen } from './screen.ts'
import type { View } from './view.ts'

export class TerminalView implements View {
  readonly detailed = true
  readonly #screen: Screen
  #disconnectNotice: string | undefined
  #unansweredLines = 0

  constructor(screen: Screen) {
    this.#screen = screen
  }

  show(...paragraphs: Paragraph[]): void {
    for (const paragraph of paragraphs) this.#screen.show(paragraph)
  }

  showError(...paragraphs: Paragraph[]): void {
    this.show(...paragraphs)
  }

  showNotice(text: string): void {
    this.show(formatNotice(text))
  }

  showDisconnected(text: string): void {
    this.#disconnectNotice = text
    this.#update()
  }

  showReconnected(): void {
    this.#disconnectNotice = undefined
    this.#update()
    this.showNotice('connected again')
  }

  /** How many typed lines the server has not answered yet: shown while the connection is lost. */
  set unansweredLines(count: number) {
    this.#unansweredLines = count
    this.#update()
  }

  #update(): void {
    const unanswered =
      this.#unansweredLines > 0 ? ` (lines not sent yet: ${this.#unansweredLines})` : ''
    this.#screen.setStatus(
      this.#disconnectNotice ? formatNotice(this.#disconnectNotice + unanswered) : undefined,
    )
  }
}
