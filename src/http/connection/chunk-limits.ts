import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** In how many chunks a body may come. Programs send some KiB in each. */
const maxChunks = 1_000

/** How much more than the largest body may come on the wire for one in chunks, in bytes. */
const slackBytes = 1_048_576

/** What Node keeps on a socket that its HTTP parser reads; it is not documented. */
interface ParsedSocket {
  parser?: object | null
}

/** The code of the error with which such a request ends; see `client-errors.ts`. */
export const tooManyChunks = 'OBROL_TOO_MANY_CHUNKS'

/**
 * Ends a request whose body comes in very many chunks, or with much between them: each chunk is a call
 * from the parser, so a megabyte of chunks of one byte would hold up everyone for a fifth of a second,
 * and extensions of chunks (RFC 9112, section 7.1.1) do not count as body.
 *
 * Must be called as the request comes, before any of its body is parsed.
 *
 * @param bodyLimit the largest body that is read, in bytes
 * @param refuse answers the socket's request and closes the connection
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
    suppressBodyEvents(socket)
    refuse(socket)
    return false
  }
}

/**
 * One piece of what is read can hold ten thousand chunks. There is no public call that stops the parser
 * in the middle of one, but it tells of no body where nobody listens for it: until this piece is over.
 */
function suppressBodyEvents(socket: Socket & ParsedSocket): void {
  // Where Node has no such parser, this changes nothing, and each chunk is thrown away by itself.
  const parser = Object(socket.parser)
  const body = String(parser.constructor.kOnBody)
  const onBody = parser[body]
  parser[body] = null
  // Node uses its parsers again: this one is whole before the connection can have let go of it.
  process.nextTick(() => {
    parser[body] = onBody
  })
}
