import { ObrolError } from './errors.ts'

/** The fields between two blank lines of an event stream. With data it is an event. */
export interface SseBlock {
  type: string
  /** Undefined if the block had no data and so is not an event. */
  data: string | undefined
  id: string | undefined
  /** In ms. */
  retry: number | undefined
}

/**
 * Parses `text/event-stream` as the HTML standard defines it (section 9.2.6, "Interpreting an event
 * stream"), in chunks of any size. The decoder removes the byte order mark. The length of an
 * unfinished block is bounded.
 */
export class SseParser {
  readonly #maxChars: number
  /** The unfinished line. */
  #line = ''
  /** The last chunk ended in CR: an LF that follows belongs to the same line end. */
  #endedInCr = false
  /** Of the unfinished block. */
  #chars = 0
  #block = newBlock()

  /** @param maxChars of one block, without its line ends */
  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  /** Yields the blocks that `chunk` finishes. @throws {ObrolError} `bad-answer`: too long */
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
        // By the standard, an event without a type is a message.
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
      // Comments are not kept, so they do not count.
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
