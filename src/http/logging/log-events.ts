import type { FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import type { AuditAction } from '../../store/audit-store.ts'
import { clientAddress } from '../limits/client-address.ts'
import type { ThrottledLog } from './throttled-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    throttledLog: ThrottledLog
  }
}

/** In characters. A username can be as long as a body, and a path as long as the headers. */
const maxNameLength = 64
const maxPathLength = 200

/** How much is searched for tokens: what is logged, and a token that begins in it, escaped twice. */
const maxSearchedLength = 4096

export function logConnection(log: ThrottledLog, address: string): void {
  log.write('connection', address, {})
}

/** A connection that the server closed because of what its client does. */
export function logConnectionClosed(
  log: ThrottledLog,
  address: string,
  reason: 'too many connections' | 'too many requests wait',
): void {
  log.write('connection closed', address, { reason })
}

export function logAccountEvent(
  request: FastifyRequest,
  event:
    | 'registered'
    | 'login'
    | 'setup'
    | 'logout'
    | 'session ended'
    | 'sessions ended'
    | 'password changed'
    | 'token made'
    | 'token ended',
  username: string,
): void {
  const { log, id } = request
  log.info({ reqId: id, event, address: clientAddress(request), username: nameToLog(username) })
}

/** What someone of the staff has changed, which the audit has too. */
export function logStaffAction(request: FastifyRequest, action: AuditAction, target: string): void {
  const { log, id, staff } = request
  const by = staff.session?.account.username ?? 'console'
  log.info({
    reqId: id,
    event: 'staff action',
    action,
    by,
    target,
    address: clientAddress(request),
  })
}

/** Logs a refused attempt with the code of the problem. @returns a handler that throws the error again */
export function logRefusedAttempt(
  request: FastifyRequest,
  event: 'registration refused' | 'login refused' | 'setup refused' | 'password change refused',
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

export function logStreamOpened(request: FastifyRequest): void {
  const { log, id, session } = request
  const { username } = session.account
  log.info({ reqId: id, event: 'stream opened', username, address: clientAddress(request) })
}

export function logRouteNotFound(request: FastifyRequest): void {
  const { server, id, method, url } = request
  const fields = { reqId: id, method, path: pathToLog(url) }
  server.throttledLog.write('route not found', clientAddress(request), fields)
}

/** At the level `debug`. */
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

export function logInternalError({ log, id }: FastifyRequest, error: unknown): void {
  log.error({ reqId: id, event: 'internal error', err: error })
}

/** For the lines that Fastify writes: its own serializer would show the query. */
export function serializeRequest({ method, url }: FastifyRequest) {
  return { method, url: pathToLog(url) }
}

/** A URL without its query, and without a token that was put into the path by mistake. */
export function pathToLog(url: string): string {
  const path = url.slice(0, maxSearchedLength).split(/[?#&;]|%(?:25)*3f/i, 1)[0] as string
  return redactTokens(path).slice(0, maxPathLength)
}

/** A username as it was typed, which can be a token in the wrong field. */
function nameToLog(username: string): string {
  return redactTokens(username.slice(0, maxSearchedLength)).slice(0, maxNameLength)
}

/** A text without tokens, also where they are percent-encoded, once or more often. */
function redactTokens(text: string): string {
  const decoded = text.replaceAll(/%(?:25)*([2-7][0-9a-f])/gi, (_escape, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const redacted = decoded.replaceAll(/[\w.-]+/g, redactToken)
  return redacted === decoded ? text : redacted
}

/** Where a session's token begins (the base64 of `{"`), or a program's. */
const tokenStart = /eyJ|obrol_[0-9A-Za-z]{20}/

/**
 * Cuts a run of the characters of tokens where a token begins. One expression for all of this would take
 * quadratic time.
 */
function redactToken(run: string): string {
  const begin = run.search(tokenStart)
  return begin === -1 ? run : `${run.slice(0, begin)}[token]`
}
