/** In a file or pipe: a line for each tenth of a step, and after this many ms. */
const PLAIN_INTERVAL_MS = 5_000
/** On a terminal: the line is rewritten at most this often, in ms. */
const TERMINAL_INTERVAL_MS = 100

/** The part of a stream that `Progress` needs. */
export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** How far one step of a command is. */
export interface Step {
  /** A participle: `copied`. */
  step: string
  done: number
  all: number
  /** In the plural: `rows`. */
  unit: string
}

/** Reports the progress of a command. On a terminal it rewrites one line. */
export class Progress {
  readonly #output: Output
  readonly #now: () => number
  #reportedAt = Number.NEGATIVE_INFINITY
  #lastReported = ''
  #lineOpen = false

  /** @param now a monotonic clock, in ms */
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
      ? silent >= TERMINAL_INTERVAL_MS || done === all
      : silent >= PLAIN_INTERVAL_MS || mark !== this.#lastReported
    if (!due) return
    this.#reportedAt = this.#now()
    this.#lastReported = mark
    this.#lineOpen = isTTY === true
    this.#output.write(isTTY ? `\r\u001b[K${line}` : `${line}\n`)
  }

  /** Writes a line before a step that reports no progress. */
  announce(line: string): void {
    this.end()
    this.#output.write(`${line}\n`)
  }

  /** Ends the line that is being rewritten. */
  end(): void {
    if (this.#lineOpen) this.#output.write('\n')
    this.#lineOpen = false
  }
}
