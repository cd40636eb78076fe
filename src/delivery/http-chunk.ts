import type { EncodedEvent } from './encoded-event.ts'

/** The size of one write, which bounds what can wait in a socket. A single larger event is one chunk. */
export const maxChunkBytes = 65_536

const crlf = Buffer.from('\r\n')

/** Frames a text as a chunk of an HTTP/1.1 body (RFC 9112, section 7.1). */
export function encodeChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

/** Bytes for any stream's socket, framed once as an HTTP/1.1 chunk (RFC 9112, section 7.1). */
export class Chunk {
  readonly framed: Buffer
  readonly #headerBytes: number

  constructor(...parts: readonly Buffer[]) {
    let length = 0
    for (const part of parts) length += part.length
    const head = Buffer.from(`${length.toString(16)}\r\n`)
    this.framed = Buffer.concat([head, ...parts, crlf])
    this.#headerBytes = head.length
  }

  /** The bytes without the framing, for HTTP/1.0. */
  get plain(): Buffer {
    return this.framed.subarray(this.#headerBytes, -crlf.length)
  }
}

export interface ChunkRange {
  chunk: Chunk
  /** The cursor of a stream once the chunk is written. */
  lastId: number
}

/**
 * Packs events into as few chunks as possible.
 *
 * @param scannedTo the id that the last chunk covers; entries between the last event and it are not
 *   visible to the reader
 */
export function packChunks(events: readonly EncodedEvent[], scannedTo: number): ChunkRange[] {
  const ranges: ChunkRange[] = []
  let parts: Buffer[] = []
  let bytes = 0
  let lastId = 0
  for (const event of events) {
    if (bytes > 0 && bytes + event.bytes.length > maxChunkBytes) {
      ranges.push({ chunk: new Chunk(...parts), lastId })
      parts = []
      bytes = 0
    }
    parts.push(event.bytes)
    bytes += event.bytes.length
    lastId = event.id
  }
  if (parts.length > 0) ranges.push({ chunk: new Chunk(...parts), lastId: scannedTo })
  return ranges
}
