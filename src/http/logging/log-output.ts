/** How long a line waits for others, in ms. */
const batchMs = 10

/** How many characters wait while nobody takes what was written; as many are on their way then. */
const maxWaitingChars = 1_048_576

/** pino's number for the level `warn`. */
const warnLevel = 40

/** Where lines go: a pipe, a file or a terminal, as Node opens them for standard output. */
interface Target {
  write(text: string, done: (error?: Error | null) => void): unknown
}

/**
 * Writes log lines. Those that come within a moment leave in one write: when many come at once, a
 * write for each of them would cost more than what the lines tell of.
 *
 * Node keeps in memory what the reader of a pipe does not take. So there is one write at a time, what
 * comes meanwhile waits here, and past a megabyte lines are dropped, counted, and told of once the
 * reader goes on.
 */
export class LogOutput {
  readonly #target: Target
  readonly #most: number
  #lines = ''
  #dropped = 0
  #writing = false
  #timer: NodeJS.Timeout | undefined

  /** @param options.most how many characters may wait (1,048,576) */
  constructor(target: Target, { most = maxWaitingChars } = {}) {
    this.#target = target
    this.#most = most
  }

  write(line: string): void {
    // Once one was dropped, so are those behind it: what is told of them stands where they would.
    if (this.#dropped > 0 || this.#lines.length + line.length > this.#most) this.#dropped++
    else this.#lines += line
    this.#timer ??= setTimeout(() => this.#writeNext(), batchMs)
  }

  /** Writes what waits, whether or not what was written before has been taken. */
  flush(): void {
    const text = this.#take()
    if (text !== '') this.#target.write(text, () => {})
  }

  #writeNext(): void {
    if (this.#writing) return
    const text = this.#take()
    if (text === '') return
    this.#writing = true
    this.#target.write(text, () => {
      this.#writing = false
      this.#writeNext()
    })
  }

  #take(): string {
    const dropped = this.#dropped === 0 ? '' : droppedLine(this.#dropped)
    const text = this.#lines + dropped
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lines = ''
    this.#dropped = 0
    return text
  }
}

/** In the form of all other lines, but not by way of the logger: it is told whatever LOG_LEVEL is. */
function droppedLine(lines: number): string {
  const { pid } = process
  const line = { level: warnLevel, time: Date.now(), pid, event: 'log lines dropped', lines }
  return `${JSON.stringify(line)}\n`
}

interface Handle {
  _handle?: { setBlocking?(blocking: boolean): void }
}
// Node waits for terminals to take what is written, so one that is held (Ctrl-S) would hold the whole
// server. There is no public call for this: it is asked for where it exists.
const { _handle: handle } = process.stdout as Handle
handle?.setBlocking?.(false)

/** Standard output. */
export const logOutput = new LogOutput(process.stdout)

// At the end of the process no timer fires any more; what the kernel takes at once is written.
process.on('exit', () => logOutput.flush())
// Who reads the log may go away: that is no reason to stop serving.
process.stdout.on('error', () => {})
