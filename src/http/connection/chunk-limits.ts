import type { IncomingMessage, Server } from 'node:http'
import { interceptRequests } from './intercept-requests.ts'
import { skipBody } from './node-parser.ts'

/** How many chunks a body may have. Clients send some KiB in each. */
const maxChunks = 1_000

/** How much more than the largest body a chunked one may take on the wire, in bytes. */
const slackBytes = 1_048_576

/** The code of the error that refuses such a request; see `client-errors.ts`. */
export const tooManyChunks = 'OBROL_TOO_MANY_CHUNKS'

/**
 * Refuses requests whose body has very many chunks, or long chunk extensions. The parser makes a call
 * for each chunk, so a megabyte of chunks of one byte would block the event loop for 200 ms.
 * Extensions (RFC 9112, section 7.1.1) do not count as body.
 *
 * Must be the last to intercept requests, so that it is the first to get them, before any of the body
 * is parsed.
 *
 * @param server must have its request handlers already
 * @param bodyLimit the largest body that is read, in bytes
 */
export function limitChunks(server: Server, bodyLimit: number): void {
  interceptRequests(server, (request, _response, handle) => {
    if (request.headers['transfer-encoding'] !== undefined) countChunks(server, request, bodyLimit)
    handle()
  })
}

function countChunks(server: Server, request: IncomingMessage, bodyLimit: number): void {
  const { socket } = request
  const begin = socket.bytesRead
  const push = request.push
  let chunks = 0
  request.push = (chunk, encoding) => {
    chunks++
    if (chunks <= maxChunks && socket.bytesRead - begin <= bodyLimit + slackBytes)
      return push.call(request, chunk, encoding)
    skipBody(socket)
    server.emit('clientError', Object.assign(new Error(), { code: tooManyChunks }), socket)
    return false
  }
}
