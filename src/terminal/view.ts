import type { Paragraph } from './paragraph.ts'

/** Shows the chat: on a terminal's screen, or as lines in a pipe. */
export interface View {
  /** Whether to show times and other details for a person. */
  readonly detailed: boolean
  /** Events, and results of commands. */
  show(...paragraphs: Paragraph[]): void
  /** Why a command failed. */
  showError(...paragraphs: Paragraph[]): void
  /** A message of the program itself. */
  showNotice(text: string): void
  /** Called for each attempt to reconnect; a pipe shows only the first text. */
  showDisconnected(text: string): void
  showReconnected(): void
}
