import type { Frame } from './frames.ts'

/** At most this many bytes go into one write: what may wait in a socket stays bounded. */
const blockBytes = 65_536

const crlf = Buffer.from('\r\n')

/** A text as a chunk of an HTTP/1.1 body (RFC 9112, 7.1). */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

/** Bytes ready for any stream's socket, framed once as an HTTP/1.1 chunk (RFC 9112, 7.1). */
export class Block {
  readonly framed: Buffer
  readonly #headBytes: number

  constructor(...parts: readonly Buffer[]) {
    let length = 0
    for (const part of parts) length += part.length
    const head = Buffer.from(`${length.toString(16)}\r\n`)
    this.framed = Buffer.concat([head, ...parts, crlf])
    this.#headBytes = head.length
  }

  /** The same bytes without the chunk around them, for HTTP/1.0. */
  get plain(): Buffer {
    return this.framed.subarray(this.#headBytes, -crlf.length)
  }
}

/** A block and how far a stream has come once it is written. */
export interface Stretch {
  block: Block
  /** The last log id that the block covers. */
  lastId: number
}

/**
 * Packs frames into as few blocks as fit. `covered` is the id that the last of them reaches: what
 * lies between it and the last frame is not for this reader.
 */
export function pack(frames: readonly Frame[], covered: number): Stretch[] {
  const stretches: Stretch[] = []
  let parts: Buffer[] = []
  let bytes = 0
  let lastId = 0
  for (const frame of frames) {
    if (bytes > 0 && bytes + frame.bytes.length > blockBytes) {
      stretches.push({ block: new Block(...parts), lastId })
      parts = []
      bytes = 0
    }
    parts.push(frame.bytes)
    bytes += frame.bytes.length
    lastId = frame.id
  }
  if (parts.length > 0) stretches.push({ block: new Block(...parts), lastId: covered })
  return stretches
}
