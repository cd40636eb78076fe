import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Problem, type ProblemCode } from '../../chat/problems.ts'
import { corsHeaders } from '../plugins/cors.ts'
import { securityHeaders } from '../plugins/security-headers.ts'
import { problemDetails, problemType } from '../problem-details.ts'
import { tooManyChunks } from './chunk-limits.ts'
import { endAndDrain } from './request-drain.ts'

/** What Node's parser and clock refuse, by their codes; all else is malformed. */
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

/** A socket on which Node's HTTP server is writing an answer. */
type RespondingSocket = Socket & { _httpMessage?: ServerResponse | null }

/** Answers behind which a refusal waits: what is still read meanwhile is refused again. */
const pendingResponses = new WeakSet<ServerResponse>()

/** What Node tells of a request that its parser or its clock refused. */
type ClientError = Error & {
  code: string
  /** A Buffer of the bytes that were being read, where it was the parser. */
  rawPacket?: unknown
}

/**
 * Answers what never became a request: what the parser refused, and what came too slowly.
 *
 * @param corsOrigins whose pages may read the answer
 */
export function handleClientError(
  error: ClientError,
  socket: Duplex,
  corsOrigins: readonly string[],
): void {
  // What is still read away after an answer is refused again, chunk for chunk.
  if (socket.writableEnded) return
  const response = (socket as RespondingSocket)._httpMessage
  if (!socket.writable || error.code === 'ECONNRESET' || response?.headersSent === true) {
    socket.destroy()
    return
  }
  // What is wrong came behind a whole request, whose answer is still to come: this is not its answer.
  if (response?.req.complete) {
    if (!pendingResponses.has(response))
      response.once('finish', () => handleClientError(error, socket, corsOrigins))
    pendingResponses.add(response)
    return
  }
  const { code, detail } = parserErrors[error.code] ?? malformed
  const origin = response?.req.headers.origin ?? originIn(error) ?? corsOrigins[0]
  writeProblem(socket, new Problem(code, detail), corsHeaders(corsOrigins, origin))
}

/**
 * The origin among headers that were not read to their end. Where not even this is known, the first
 * that may call is as good as any: a page of another one can read the answer as little as without.
 */
function originIn({ rawPacket }: ClientError): string | undefined {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : ''
  return /\r\norigin:([^\r\n]*)\r\n/i.exec(text)?.[1]?.trim()
}

/**
 * Answers the two kinds of request that Node's server keeps from its request handler: `CONNECT`,
 * which nothing here takes, and an `Expect` that it does not know, which goes on to be refused.
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

/** Writes by hand what all answers have, and the problem. */
function writeProblem(socket: Duplex, problem: Problem, headers: Record<string, string>): void {
  const details = problemDetails(problem, randomUUID())
  const body = JSON.stringify(details)
  const all = {
    ...securityHeaders,
    ...headers,
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    date: new Date().toUTCString(),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${details.status} ${STATUS_CODES[details.status]}\r\n${lines.join('')}`
  endAndDrain(socket as Socket, `${head}\r\n${body}`)
}
