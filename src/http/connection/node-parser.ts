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

/** Gives back the memory of the parser, several KiB. Else it lives as long as the connection. */
export function releaseParser(socket: ParsedSocket): void {
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
 * chunks. The parser reports no body while it has no callback for it. Else each chunk is dropped
 * after it was reported.
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
 * thousands: that request is reported as an upgrade, after which nothing is HTTP. Else Node makes
 * each of them and throws it away.
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
