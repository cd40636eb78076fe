import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many requests may wait behind one another on a connection. */
const maxWaiting = 16

/** Past so many bytes that came while one waits, the connection is not read until none does. */
const maxBytesWhileWaiting = 65_536

/** What Node keeps on a socket that its HTTP parser reads; it is not documented. */
interface ParsedSocket {
  parser?: object | null
}

interface PipelineQueue {
  waiting: number
  /** How much had been read on the connection when the first of them came. */
  bytesReadBefore: number
}

/**
 * Lets a request that came behind another on its connection wait until that one is answered: till
 * then its session may end, and answers that nobody reads would pile up.
 *
 * What waits has been read and takes memory. So past 64 KiB the connection is not read while one
 * waits (before that it is, for else nobody would notice that the client has gone), and past 16 that
 * wait it is closed.
 *
 * @param server one whose requests have a handler already
 * @param onClosed is told of each connection that is closed for this
 * @param onRequest is told of each request as it comes, before its body
 */
export function queuePipelinedRequests(
  server: Server,
  onClosed: (socket: Socket) => void,
  onRequest: (request: IncomingMessage) => void,
): void {
  const handlers = server.listeners('request')
  const queues = new WeakMap<Socket, PipelineQueue>()

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const handler of handlers) handler.call(server, request, response)
  }

  function stopReading(socket: Socket, queue: PipelineQueue): void {
    if (queue.waiting > 0) socket.pause()
  }

  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    onRequest(request)
    // Node gives the socket to one answer at a time.
    if (response.socket !== null) return handle(request, response)
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
    // Not before the piece has been parsed: at the end of a request Node's parser has it read on.
    if (socket.bytesRead - queue.bytesReadBefore > maxBytesWhileWaiting)
      setImmediate(stopReading, socket, queue)
    response.once('socket', () => {
      queue.waiting--
      if (queue.waiting === 0) {
        queues.delete(socket)
        socket.resume()
      }
      handle(request, response)
    })
  })
}

/**
 * One piece of what is read can hold thousands of requests, and the parser would go on to its end.
 * There is no public call for this: the next request is told to be an upgrade, behind which nothing
 * is HTTP. Where Node has no such parser, each of them is made and thrown away.
 */
function stopParsing({ parser }: Socket & ParsedSocket): void {
  Object.assign(Object(parser), { onIncoming: () => 2 })
}
