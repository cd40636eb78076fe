import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Problem, type ProblemCode } from '../chat/problems.ts'
import { problemDetails, problemType } from './problem-details.ts'
import { endWith } from './rest-of-request.ts'

/** What Node's parser and clock refuse, by their codes; all else is malformed. */
const refusals: Record<string, { code: ProblemCode; detail: string }> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    detail: 'The address and the headers together are larger than 16 KiB.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    code: 'payload-too-large',
    detail: 'The extensions of the chunks are larger than 16 KiB.',
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
type AnsweredSocket = Socket & { _httpMessage?: ServerResponse | null }

/** Answers behind which a refusal waits: what is still read meanwhile is refused again. */
const awaited = new WeakSet<ServerResponse>()

/** Answers what never became a request: what the parser refused, and what came too slowly. */
export function answerClientError(error: Error & { code: string }, socket: Duplex): void {
  // What is still read away after an answer is refused again, chunk for chunk.
  if (socket.writableEnded) return
  const answering = (socket as AnsweredSocket)._httpMessage
  if (!socket.writable || error.code === 'ECONNRESET' || answering?.headersSent === true) {
    socket.destroy()
    return
  }
  // What is wrong came behind a whole request, whose answer is still to come: this is not its answer.
  if (answering?.req.complete) {
    if (!awaited.has(answering)) answering.once('finish', () => answerClientError(error, socket))
    awaited.add(answering)
    return
  }
  const { code, detail } = refusals[error.code] ?? malformed
  writeProblem(socket, new Problem(code, detail))
}

/**
 * Answers the two kinds of request that Node's server keeps from its request handler: `CONNECT`,
 * which nothing here takes, and an `Expect` that it does not know, which goes on to be refused.
 */
export function answerOddRequests(app: FastifyInstance): void {
  const server = app.server as Server
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {})
    const problem = new Problem('method-not-allowed', 'This server is no proxy.')
    writeProblem(socket, problem, ['Allow: GET, HEAD, POST'])
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response)
  })
}

function writeProblem(socket: Duplex, problem: Problem, headers: string[] = []): void {
  const details = problemDetails(problem, randomUUID())
  const body = JSON.stringify(details)
  const head = [
    `HTTP/1.1 ${details.status} ${STATUS_CODES[details.status]}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    ...headers,
  ]
  endWith(socket as Socket, `${head.join('\r\n')}\r\n\r\n${body}`)
}
