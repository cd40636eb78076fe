import type { Paragraph } from './paragraph.ts'

/** Where a visit is shown: on a screen, or as lines in a pipe. */
export interface View {
  /** With times and what else is for a person's eye alone. */
  readonly detailed: boolean
  /** What happens in the room, and what was asked for. */
  show(...paragraphs: Paragraph[]): void
  /** What could not be done, and why. */
  showError(...paragraphs: Paragraph[]): void
  /** Something about the line to the server. */
  showNotice(text: string): void
  /** The line is lost: told once, however often `text` changes until it is found again. */
  showDisconnected(text: string): void
  showReconnected(): void
}
