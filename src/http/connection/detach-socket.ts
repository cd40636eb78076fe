import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What Node keeps on a socket that its HTTP parser reads; none of it is documented. */
interface ParsedSocket {
  parser?: {
    unconsume?(): void
    remove?(): void
    close?(): void
  } | null
}

/**
 * Takes the socket away from HTTP before anything of the response is written. From then on it is
 * written by hand, and what the parser held (several KiB a connection) is given back.
 */
export function detachSocket(response: ServerResponse): Socket {
  const socket = response.socket as Socket
  response.detachSocket(socket)
  releaseParser(socket)
  socket.removeAllListeners()
  socket.setTimeout(0)
  socket.resume()
  return socket
}

/**
 * There is no public call for this, so each step is taken only where it exists: without them the
 * parser stays as long as the connection, which costs memory and nothing else.
 */
function releaseParser(socket: Socket & ParsedSocket): void {
  const { parser } = socket
  parser?.unconsume?.()
  parser?.remove?.()
  socket.parser = null
  // In a later turn: the parser may be the one that is calling us.
  setImmediate(() => parser?.close?.())
}
