import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Problem, type ProblemCode } from '../../chat/problems.ts'
import { corsHeaders } from '../plugins/cors.ts'
import { securityHeaders } from '../plugins/security-headers.ts'
import { problemDetails, problemType } from '../problem-details.ts'
import { tooManyChunks } from './chunk-limits.ts'
import { endAndDrain } from './request-drain.ts'
import { responseHead } from './response-head.ts'

/** The refusals of Node's HTTP server, by error code; every other error is a malformed request. */
const parserErrors: Record<string, { code: ProblemCode; detail: string }> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    detail: 'The address and the headers together are larger than 16 KiB.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    code: 'payload-too-large',
    detail: 'The extensions of the chunks are larger than 16 KiB.',
  },
  [tooManyChunks]: {
    code: 'payload-too-large',
    detail:
      'The body comes in more than 1,000 chunks, or with too much between them: send larger ones.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request-timeout',
    detail: 'The request did not arrive in time.',
  },
}

const malformed = {
  code: 'malformed-request',
  detail: 'What was sent is not a well-formed HTTP/1.1 request.',
} as const

/** A socket with the response that Node's HTTP server is writing on it; not documented. */
type RespondingSocket = Socket & { _httpMessage?: ServerResponse | null }

/** Responses that a refusal waits for. Input that arrives meanwhile causes further errors. */
const pendingResponses = new WeakSet<ServerResponse>()

type ClientError = Error & {
  code: string
  /** The bytes that were being parsed, a Buffer; only of errors of the parser. */
  rawPacket?: unknown
}

/**
 * Answers input that the parser refused and requests that did not arrive in time.
 *
 * @param corsOrigins the origins whose pages may read the answer
 */
export function handleClientError(
  error: ClientError,
  socket: Duplex,
  corsOrigins: readonly string[],
): void {
  // Already answered: each chunk that is read afterwards is another error.
  if (socket.writableEnded) return
  const response = (socket as RespondingSocket)._httpMessage
  if (!socket.writable || error.code === 'ECONNRESET' || response?.headersSent === true) {
    socket.destroy()
    return
  }
  // The request before this input is complete, and its answer comes first.
  if (response?.req.complete) {
    if (!pendingResponses.has(response))
      response.once('finish', () => handleClientError(error, socket, corsOrigins))
    pendingResponses.add(response)
    return
  }
  const { code, detail } = parserErrors[error.code] ?? malformed
  // Where the origin is unknown, any allowed one will do: pages of others cannot read the answer.
  const origin = response?.req.headers.origin ?? originIn(error) ?? corsOrigins[0]
  writeProblem(socket, new Problem(code, detail), corsHeaders(corsOrigins, origin))
}

/** The origin among headers that did not arrive in full. */
function originIn({ rawPacket }: ClientError): string | undefined {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : ''
  return /\r\norigin:([^\r\n]*)\r\n/i.exec(text)?.[1]?.trim()
}

/**
 * Handles the two kinds of request that Node does not pass to the request handler: refuses `CONNECT`,
 * and passes on an unknown `Expect`, which `rejectMalformed` refuses.
 */
export function handleConnectAndExpect(app: FastifyInstance, corsOrigins: readonly string[]): void {
  const server = app.server as Server
  server.on('connect', ({ headers }: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {})
    const problem = new Problem('method-not-allowed', 'This server is no proxy.')
    const allow = 'GET, HEAD, POST'
    writeProblem(socket, problem, { ...corsHeaders(corsOrigins, headers.origin), allow })
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response)
  })
}

/** Writes the problem with the headers of all answers to a socket without a response. */
function writeProblem(socket: Duplex, problem: Problem, headers: Record<string, string>): void {
  const details = problemDetails(problem, randomUUID())
  const body = JSON.stringify(details)
  const head = responseHead(details.status, {
    ...securityHeaders,
    ...headers,
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  endAndDrain(socket as Socket, head + body)
}
