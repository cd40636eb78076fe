import type { FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { clientAddress } from '../limits/address-key.ts'
import type { ThrottledLog } from './throttled-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For lines about those who need no account for what they did. */
    throttledLog: ThrottledLog
  }
}

/** What people type as a name can be as long as a body; a log line need not. */
const maxNameLength = 64
const maxPathLength = 200

/** What is looked through for tokens: what is logged, and a token that begins in it, escaped twice. */
const maxSearchedLength = 4096

/** Someone's client reached the server. */
export function logConnection(log: ThrottledLog, address: string): void {
  log.write('connection', address, {})
}

/** A connection was closed for what its client does, however often. */
export function logConnectionClosed(
  log: ThrottledLog,
  address: string,
  reason: 'too many connections' | 'too many requests wait',
): void {
  log.write('connection closed', address, { reason })
}

/** Someone registered, logged in or logged out. */
export function logAccountEvent(
  request: FastifyRequest,
  event: 'registered' | 'login' | 'logout',
  username: string,
): void {
  const { log, id } = request
  log.info({ reqId: id, event, address: clientAddress(request), username: nameToLog(username) })
}

/** Tells of a refused attempt and its reason, which is the problem's code, and passes the refusal on. */
export function logRefusedAttempt(
  request: FastifyRequest,
  event: 'registration refused' | 'login refused',
  username: string,
): (error: unknown) => never {
  const { server, id } = request
  return (error) => {
    const reason = error instanceof Problem ? error.code : 'internal-error'
    const fields = { reqId: id, username: nameToLog(username), reason }
    server.throttledLog.write(event, clientAddress(request), fields)
    throw error
  }
}

/** Someone opened a stream. */
export function logStreamOpened(request: FastifyRequest): void {
  const { log, id, session } = request
  const { username } = session.account
  log.info({ reqId: id, event: 'stream opened', username, address: clientAddress(request) })
}

/** Someone called what does not exist. */
export function logRouteNotFound(request: FastifyRequest): void {
  const { server, id, method, url } = request
  const fields = { reqId: id, method, path: pathToLog(url) }
  server.throttledLog.write('route not found', clientAddress(request), fields)
}

/** Every answer, for who looks closely. */
export function logRequestCompleted(request: FastifyRequest, status: number): void {
  const { log, id, method, url } = request
  const address = clientAddress(request)
  log.debug({
    reqId: id,
    event: 'request completed',
    address,
    method,
    path: pathToLog(url),
    status,
  })
}

/** The server's mistake. */
export function logInternalError({ log, id }: FastifyRequest, error: unknown): void {
  log.error({ reqId: id, event: 'internal error', err: error })
}

/** How a request looks in the lines that Fastify itself writes, whose own way would show the query. */
export function serializeRequest({ method, url }: FastifyRequest) {
  return { method, url: pathToLog(url) }
}

/** An address without its query, and without a token that someone put into the path by mistake. */
export function pathToLog(url: string): string {
  const path = url.slice(0, maxSearchedLength).split(/[?#&;]|%(?:25)*3f/i, 1)[0] as string
  return redactTokens(path).slice(0, maxPathLength)
}

/** A name as it was typed, which can be a token pasted into the wrong field. */
function nameToLog(username: string): string {
  return redactTokens(username.slice(0, maxSearchedLength)).slice(0, maxNameLength)
}

/** A text as it came, unless it holds tokens, percent-encoded once, often or not: then without these. */
function redactTokens(text: string): string {
  const decoded = text.replaceAll(/%(?:25)*([2-7][0-9a-f])/gi, (_escape, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const redacted = decoded.replaceAll(/[\w.-]+/g, redactToken)
  return redacted === decoded ? text : redacted
}

/**
 * A run of what tokens are made of, cut where one begins (the base64 of `{"`), whole or not. Looked for
 * like this, for one expression for all of it takes time with the square of the length.
 */
function redactToken(run: string): string {
  const begin = run.indexOf('eyJ')
  return begin === -1 ? run : `${run.slice(0, begin)}[token]`
}
