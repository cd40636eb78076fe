import type { ReadStream, WriteStream } from 'node:tty'

/** Bracketed paste: the terminal marks what is pasted, so that a line break in it is no Enter. */
const enter = '\x1b[?2004h'
/** Bracketed paste off, automatic margins on, cursor shown, no colour. */
const leave = '\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m'

/** How the terminal is set while we have it, and set back whatever ends us but SIGKILL. */
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
