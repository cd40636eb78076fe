import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { releaseParser } from './node-parser.ts'

/**
 * Takes the socket from Node's HTTP server, before anything of the response was written. The caller
 * writes to it from then on.
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
