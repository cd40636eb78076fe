import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many requests may wait behind one another on a connection. */
const mostWaiting = 16

/**
 * Lets a request that came behind another on its connection wait until that one is answered: till
 * then its session may end, and answers that nobody reads would pile up.
 *
 * What waits has been read and takes memory. So a connection on which something waits is not read;
 * what had come by then, a piece of at most 64 KiB, may still hold thousands of requests, and past
 * 16 that wait the connection is closed.
 *
 * @param server one whose requests have a handler already
 * @param onClosed is told of each connection that is closed for this
 */
export function letWaitInLine(server: Server, onClosed: (socket: Socket) => void): void {
  const handlers = server.listeners('request')
  const waiting = new WeakMap<Socket, number>()

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const handler of handlers) handler.call(server, request, response)
  }

  function stopReading(socket: Socket): void {
    if (waiting.get(socket) !== 0) socket.pause()
  }

  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    // Node gives the socket to one answer at a time.
    if (response.socket !== null) return handle(request, response)
    const { socket } = request
    // The rest of the piece in which too many came.
    if (socket.destroyed) return
    const behind = (waiting.get(socket) ?? 0) + 1
    if (behind > mostWaiting) {
      socket.destroy()
      onClosed(socket)
      return
    }
    waiting.set(socket, behind)
    // Not before the piece has been parsed: at the end of a request Node's parser has it read on.
    setImmediate(stopReading, socket)
    response.once('socket', () => {
      const left = (waiting.get(socket) as number) - 1
      waiting.set(socket, left)
      if (left === 0) socket.resume()
      handle(request, response)
    })
  })
}
