import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { skipBody } from './node-parser.ts'

/** How many chunks a body may have. Clients send some KiB in each. */
const maxChunks = 1_000

/** How much more than the largest body a chunked one may take on the wire, in bytes. */
const slackBytes = 1_048_576

/** The code of the error that refuses such a request; see `client-errors.ts`. */
export const tooManyChunks = 'OBROL_TOO_MANY_CHUNKS'

/**
 * Refuses a request whose body has very many chunks, or long chunk extensions. The parser makes a call
 * for each chunk, so a megabyte of chunks of one byte would block the event loop for 200 ms.
 * Extensions (RFC 9112, section 7.1.1) do not count as body.
 *
 * Must be called when the request arrives, before any of its body is parsed.
 *
 * @param bodyLimit the largest body that is read, in bytes
 * @param refuse answers the request on this socket and closes the connection
 */
export function limitChunks(
  request: IncomingMessage,
  bodyLimit: number,
  refuse: (socket: Socket) => void,
): void {
  if (request.headers['transfer-encoding'] === undefined) return
  const { socket } = request
  const begin = socket.bytesRead
  const push = request.push
  let chunks = 0
  request.push = (chunk, encoding) => {
    chunks++
    if (chunks <= maxChunks && socket.bytesRead - begin <= bodyLimit + slackBytes)
      return push.call(request, chunk, encoding)
    skipBody(socket)
    refuse(socket)
    return false
  }
}
