/** How long a line waits for others to be written with, in ms. */
const batchMs = 10

/** How many characters wait for the reader of the log; as many more may be in the write under way. */
const maxWaitingChars = 1_048_576

/** pino's number for the level `warn`. */
const warnLevel = 40

/** A pipe, a file or a terminal, as Node opens them for standard output. */
interface Target {
  write(text: string, done: (error?: Error | null) => void): unknown
}

/**
 * Writes log lines, all of 10 ms in one write: a write for each line would cost more than the requests
 * that are logged.
 *
 * Node keeps in memory what the reader of a pipe does not take. So there is one write at a time, further
 * lines wait here, and past a megabyte they are dropped and counted. The count is logged when the reader
 * goes on.
 */
export class LogOutput {
  readonly #target: Target
  readonly #maxChars: number
  #lines = ''
  #dropped = 0
  #writing = false
  #timer: NodeJS.Timeout | undefined

  /** @param options.maxChars how many characters may wait (1,048,576) */
  constructor(target: Target, { maxChars = maxWaitingChars } = {}) {
    this.#target = target
    this.#maxChars = maxChars
  }

  write(line: string): void {
    // Once one line was dropped, so are the next, so that the count stands in their place.
    if (this.#dropped > 0 || this.#lines.length + line.length > this.#maxChars) this.#dropped++
    else this.#lines += line
    this.#timer ??= setTimeout(() => this.#writeNext(), batchMs)
  }

  /** Writes what waits, also while another write is under way. */
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

/** In the format of pino, but not by the logger, because LOG_LEVEL must not hide it. */
function droppedLine(lines: number): string {
  const { pid } = process
  const line = { level: warnLevel, time: Date.now(), pid, event: 'log lines dropped', lines }
  return `${JSON.stringify(line)}\n`
}

interface Handle {
  _handle?: { setBlocking?(blocking: boolean): void }
}
// Node writes to terminals synchronously, so a terminal that is paused (Ctrl-S) would block the whole
// server. There is no public call for this.
const { _handle: handle } = process.stdout as Handle
handle?.setBlocking?.(false)

export const logOutput = new LogOutput(process.stdout)

// No timer fires any more when the process ends. What the kernel takes at once is written.
process.on('exit', () => logOutput.flush())
// The server goes on without a reader of its log.
process.stdout.on('error', () => {})
