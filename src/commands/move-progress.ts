import type { Progress } from '../store/move/carry.ts'

/** Where nobody watches, a line for each tenth, or after so long. In ms. */
const silenceMs = 5_000
/** Where someone watches, the line is written again no more often. In ms. */
const blinkMs = 100

/** What progress is written to: a terminal, or not. */
export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Tells how far a move is: on a terminal in one line, else in a line now and then. */
export class MoveProgress {
  readonly #output: Output
  readonly #now: () => number
  #toldAt = Number.NEGATIVE_INFINITY
  #told = ''
  #open = false

  /** @param now milliseconds that never go back */
  constructor(output: Output, now = () => performance.now()) {
    this.#output = output
    this.#now = now
  }

  tell({ step, rows, allRows }: Progress): void {
    const percent = Math.floor((rows / allRows) * 100)
    const line = `${step} ${rows} of ${allRows} rows, ${percent} %`
    const mark = `${step} ${Math.floor(percent / 10)}`
    const { isTTY } = this.#output
    const silent = this.#now() - this.#toldAt
    const due = isTTY
      ? silent >= blinkMs || rows === allRows
      : silent >= silenceMs || mark !== this.#told
    if (!due) return
    this.#toldAt = this.#now()
    this.#told = mark
    this.#open = isTTY === true
    this.#output.write(isTTY ? `\r\u001b[K${line}` : `${line}\n`)
  }

  /** Leaves the line, where it stands in one. */
  end(): void {
    if (this.#open) this.#output.write('\n')
    this.#open = false
  }
}
