import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The HTTP parser that Node keeps on a socket. None of these fields is documented. */
interface NodeParser {
  unconsume(): void
  remove(): void
  close(): void
  onIncoming: () => number
  [callback: number]: unknown
  readonly constructor: { readonly kOnBody: number }
}

type ParsedSocket = Socket & { parser?: NodeParser | null }

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

/** Frees the parser, several KiB. Without this call it lives as long as the connection. */
function releaseParser(socket: ParsedSocket): void {
  withParser(socket, (parser) => {
    parser.unconsume()
    parser.remove()
    socket.parser = null
    // In a later turn, because this parser may be the one that is calling us.
    setImmediate(() => parser.close())
  })
}

/**
 * Drops the rest of the body in the piece of input that is being parsed, which can hold ten thousand
 * chunks. The parser reports no body while it has no callback for it. With another parser each chunk is
 * reported, and its caller has to drop it.
 */
export function skipBody(socket: Socket): void {
  withParser(socket, (parser) => {
    const { kOnBody } = parser.constructor
    const onBody = parser[kOnBody]
    parser[kOnBody] = null
    // Node reuses parsers. This one is restored before its connection can release it.
    process.nextTick(() => {
      parser[kOnBody] = onBody
    })
  })
}

/**
 * Stops parsing after the next request in the piece of input that is being parsed, which can hold
 * thousands: that request is treated as an upgrade, after which nothing is HTTP. With another parser
 * Node makes each of them and drops it with its socket.
 */
export function stopParsing(socket: Socket): void {
  withParser(socket, (parser) => {
    parser.onIncoming = () => 2
  })
}

/** Does nothing where this version of Node has no such parser. */
function withParser(socket: ParsedSocket, use: (parser: NodeParser) => void): void {
  const { parser } = socket
  const known = Object(parser)
  const methods = [known.unconsume, known.remove, known.close]
  const hasMethods = methods.every((method) => typeof method === 'function')
  if (hasMethods && typeof known.constructor.kOnBody === 'number') use(parser as NodeParser)
}
