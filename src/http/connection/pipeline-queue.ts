import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { interceptRequests } from './intercept-requests.ts'
import { stopParsing } from './node-parser.ts'

/** How many requests of a connection may wait for the answer to an earlier one. */
const maxWaiting = 16

/** After so many bytes that arrived while one waits, the connection is not read until none does. */
const maxBytesWhileWaiting = 65_536

interface PipelineQueue {
  waiting: number
  /** How much had been read of the connection when the first of them arrived. */
  bytesReadBefore: number
}

/**
 * Handles the requests of a connection one after the other: a pipelined request waits until the one
 * before it is answered. Until then its session may end, and answers that the client does not read
 * would pile up.
 *
 * Requests that wait take memory. So the connection is closed when more than 16 wait, and is not read
 * after 64 KiB while one waits. Below that it is read, or nobody would notice that the client left.
 *
 * @param server must have its request handlers already
 * @param onClosed is called for each connection that is closed for this
 */
export function queuePipelinedRequests(server: Server, onClosed: (socket: Socket) => void): void {
  const queues = new WeakMap<Socket, PipelineQueue>()

  interceptRequests(server, (request, response, handle) => {
    // Node gives the socket to one response at a time.
    if (response.socket !== null) return handle()
    const { socket } = request
    const queue = queues.get(socket) ?? { waiting: 0, bytesReadBefore: socket.bytesRead }
    queues.set(socket, queue)
    if (queue.waiting === maxWaiting) {
      socket.destroy()
      stopParsing(socket)
      onClosed(socket)
      return
    }
    queue.waiting++
    // In a later turn, because Node resumes the socket at the end of each request that it parses.
    if (socket.bytesRead - queue.bytesReadBefore > maxBytesWhileWaiting)
      setImmediate(() => queue.waiting > 0 && socket.pause())
    response.once('socket', () => {
      queue.waiting--
      if (queue.waiting === 0) {
        queues.delete(socket)
        socket.resume()
      }
      handle()
    })
  })
}
