import { ObrolError } from './errors.ts'

/** What lies between two blank lines of an event stream. It is an event where it has data. */
export interface SseBlock {
  type: string
  /** Undefined where the block had no data and so is no event. */
  data: string | undefined
  id: string | undefined
  /** In ms. */
  retry: number | undefined
}

/**
 * Reads `text/event-stream` as the HTML standard has it (section 9.2.6, "Interpreting an event
 * stream"), however it is cut. The byte order mark is the decoder's to remove. What a block that is
 * not finished has brought so far is bounded.
 */
export class SseParser {
  readonly #maxChars: number
  /** The beginning of a line whose end has not come. */
  #line = ''
  /** The line before ended in CR: a LF that follows belongs to it. */
  #endedInCr = false
  /** Of the block so far. */
  #chars = 0
  #block = newBlock()

  /** `maxChars` is the most that one block may have, line ends apart. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  /** The blocks that a piece of the stream finishes. @throws {ObrolError} `bad-answer`: too long */
  *push(chunk: string): Generator<SseBlock, void> {
    if (chunk === '') return
    let from = this.#endedInCr && chunk.startsWith('\n') ? 1 : 0
    const lineEnds = /\r\n|\n|\r/g
    lineEnds.lastIndex = from
    for (let end = lineEnds.exec(chunk); end !== null; end = lineEnds.exec(chunk)) {
      this.#append(chunk.slice(from, end.index))
      from = lineEnds.lastIndex
      const line = this.#line
      this.#line = ''
      if (line !== '') this.#parseLine(line)
      else {
        const block = this.#block
        this.#block = newBlock()
        this.#chars = 0
        // Where the standard's event type is empty, the event is a message.
        if (!isEmpty(block)) yield { ...block, type: block.type || 'message' }
      }
    }
    this.#append(chunk.slice(from))
    this.#endedInCr = chunk.endsWith('\r')
  }

  #append(part: string): void {
    this.#chars += part.length
    if (this.#chars > this.#maxChars)
      throw new ObrolError('bad-answer', `An event has more than ${this.#maxChars} characters`)
    this.#line += part
  }

  #parseLine(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) {
      // A comment is not kept.
      this.#chars -= line.length
      return
    }
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    const block = this.#block
    if (name === 'event') block.type = value
    else if (name === 'data')
      block.data = block.data === undefined ? value : `${block.data}\n${value}`
    else if (name === 'id' && !value.includes('\0')) block.id = value
    else if (name === 'retry' && /^[0-9]+$/.test(value)) block.retry = Number(value)
  }
}

function newBlock(): SseBlock {
  return { type: '', data: undefined, id: undefined, retry: undefined }
}

function isEmpty({ data, id, retry }: SseBlock): boolean {
  return data === undefined && id === undefined && retry === undefined
}
