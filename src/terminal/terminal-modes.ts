import type { ReadStream, WriteStream } from 'node:tty'

/** Bracketed paste on: the terminal marks pasted text, so that its line breaks are not Enter. */
const enter = '\x1b[?2004h'
/** Bracketed paste off, automatic margins on, cursor shown, no colour. */
const leave = '\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m'

/** Sets the terminal's modes, and restores them at any end of the process but SIGKILL. */
export class TerminalModes {
  readonly #input: ReadStream
  readonly #output: WriteStream
  #entered = false

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input
    this.#output = output
    process.once('exit', () => this.leave())
  }

  enter(): void {
    this.#entered = true
    this.#input.setRawMode(true)
    this.#output.write(enter)
  }

  leave(): void {
    if (!this.#entered) return
    this.#entered = false
    this.#output.write(leave)
    this.#input.setRawMode(false)
  }
}
