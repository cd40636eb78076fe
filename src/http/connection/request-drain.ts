import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** How much of a request is read once it has been answered, in bytes. */
const maxBytes = 1_048_576

/** And for how long, in ms. */
const maxMs = 2000

/** For how long after what is no HTTP, of which nothing more is worth reading, in ms. */
const lingerMs = 1000

/**
 * Reads away what is still to come of a request that is about to be answered, as with a refusal. To
 * close the connection at once would reset it, and TCP could take the answer along. But nobody waits
 * for the rest: past a megabyte no more of it is read, and past 2 s the connection is closed
 * (RFC 9112, section 9.6). Where that may happen the answer says so: a proxy that took the
 * connection for good would send another's request into its reset.
 *
 * Must be called before the head of the answer is written.
 */
export function drainRequest(request: IncomingMessage, response: ServerResponse): void {
  const announced = announcedBytes(request)
  if (request.complete || announced === 0) return
  const { socket } = request
  const begin = socket.bytesRead
  const timer = setTimeout(() => socket.destroy(), maxMs)
  if (announced > maxBytes) response.setHeader('connection', 'close')
  closeAfterRequest(request)
  request
    .on('data', () => {
      if (socket.bytesRead - begin > maxBytes) request.pause()
    })
    .once('close', () => clearTimeout(timer))
    .resume()
}

function announcedBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  return Number(headers['content-length'] ?? 0)
}

/** Node would close the connection with the last byte of the answer, whatever is still to come. */
function closeAfterRequest(request: IncomingMessage): void {
  const read = new Promise<void>((resolve) => request.once('close', resolve))
  const { socket } = request
  socket.destroySoon = () => {
    read.then(() => Socket.prototype.destroySoon.call(socket))
  }
}

/**
 * Ends a connection with an answer to what never became a request, and reads away what is still sent,
 * within the same bounds.
 */
export function endAndDrain(socket: Socket, answer: string): void {
  const begin = socket.bytesRead
  socket.end(answer)
  socket.on('data', () => {
    if (socket.bytesRead - begin > maxBytes) socket.pause()
  })
  setTimeout(() => socket.destroy(), lingerMs).unref()
}
