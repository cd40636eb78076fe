import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** How much of a request is read after it was answered, in bytes. */
const maxBytes = 1_048_576

/** And for how long, in ms. */
const maxMs = 2000

/** How long input that is not HTTP is read after it was answered, in ms. */
const lingerMs = 1000

/**
 * Reads and drops the rest of a request that is answered before all of it arrived, as with a refusal.
 * Closing the connection at once would reset it, and the client could lose the answer. After 1 MiB
 * nothing more is read, and after 2 s the connection is closed (RFC 9112, section 9.6). The answer
 * says so where that may happen: else a proxy would reuse the connection for another request.
 *
 * Must be called before the head of the answer is written.
 */
export function drainRequest(request: IncomingMessage, response: ServerResponse): void {
  const announced = announcedBytes(request)
  if (request.complete || announced === 0) return
  const { socket } = request
  const begin = socket.bytesRead
  const timer = setTimeout(() => socket.destroy(), maxMs)
  if (announced > maxBytes) response.shouldKeepAlive = false
  closeAfterRequest(request)
  request
    .on('data', () => {
      if (socket.bytesRead - begin > maxBytes) request.pause()
    })
    .once('close', () => clearTimeout(timer))
    .resume()
}

/** Infinite with a chunked body, whose length is not announced. */
function announcedBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  return Number(headers['content-length'] ?? 0)
}

/** Keeps Node from closing the connection after the last byte of the answer. */
function closeAfterRequest(request: IncomingMessage): void {
  const read = new Promise<void>((resolve) => request.once('close', resolve))
  const { socket } = request
  socket.destroySoon = () => {
    read.then(() => Socket.prototype.destroySoon.call(socket))
  }
}

/** Answers input that is not a request and ends the connection; reads on within similar bounds. */
export function endAndDrain(socket: Socket, answer: string): void {
  const begin = socket.bytesRead
  socket.end(answer)
  socket.on('data', () => {
    if (socket.bytesRead - begin > maxBytes) socket.pause()
  })
  setTimeout(() => socket.destroy(), lingerMs).unref()
}
