import type { EncodedEvent } from './sse-events.ts'

/** At most this many bytes go into one write: what may wait in a socket stays bounded. */
const maxChunkBytes = 65_536

const crlf = Buffer.from('\r\n')

/** A text as a chunk of an HTTP/1.1 body (RFC 9112, 7.1). */
export function encodeChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

/** Bytes ready for any stream's socket, framed once as an HTTP/1.1 chunk (RFC 9112, 7.1). */
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

  /** The same bytes without the chunk around them, for HTTP/1.0. */
  get plain(): Buffer {
    return this.framed.subarray(this.#headerBytes, -crlf.length)
  }
}

/** A chunk and how far a stream has come once it is written. */
export interface ChunkRange {
  chunk: Chunk
  /** The last log id that the chunk covers. */
  lastId: number
}

/**
 * Packs events into as few chunks as fit. `scannedTo` is the id that the last of them reaches: what
 * lies between it and the last event is not for this reader.
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
