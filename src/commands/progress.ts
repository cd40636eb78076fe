/** Where nobody watches, a line for each tenth, or after so long. In ms. */
const plainIntervalMs = 5_000
/** Where someone watches, the line is written again no more often. In ms. */
const terminalIntervalMs = 100

/** What progress is written to: a terminal, or not. */
export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** How far one step of a command is. */
export interface Step {
  /** What is done, worded to stand before a number: `copied`. */
  step: string
  done: number
  all: number
  /** What is counted. */
  unit: string
}

/** Tells how far a command is: on a terminal in one line, else in a line now and then. */
export class Progress {
  readonly #output: Output
  readonly #now: () => number
  #reportedAt = Number.NEGATIVE_INFINITY
  #lastReported = ''
  #lineOpen = false

  /** @param now milliseconds that never go back */
  constructor(output: Output, now = () => performance.now()) {
    this.#output = output
    this.#now = now
  }

  report({ step, done, all, unit }: Step): void {
    const percent = Math.floor((done / all) * 100)
    const line = `${step} ${done} of ${all} ${unit}, ${percent} %`
    const mark = `${step} ${Math.floor(percent / 10)}`
    const { isTTY } = this.#output
    const silent = this.#now() - this.#reportedAt
    const due = isTTY
      ? silent >= terminalIntervalMs || done === all
      : silent >= plainIntervalMs || mark !== this.#lastReported
    if (!due) return
    this.#reportedAt = this.#now()
    this.#lastReported = mark
    this.#lineOpen = isTTY === true
    this.#output.write(isTTY ? `\r\u001b[K${line}` : `${line}\n`)
  }

  /** A line of its own, before a step that does not tell how far it is. */
  announce(line: string): void {
    this.end()
    this.#output.write(`${line}\n`)
  }

  /** Leaves the line, where it stands in one. */
  end(): void {
    if (this.#lineOpen) this.#output.write('\n')
    this.#lineOpen = false
  }
}
