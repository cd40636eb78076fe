import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { Problem } from '../chat/problems.ts'

/** What people type as a name can be as long as a body; a log line need not. */
const longestName = 64
const longestPath = 200

/**
 * Where a text is cut before tokens are looked for, which takes time with the square of its length:
 * what is logged, and a token that begins in it, each character escaped twice.
 */
const longestSearched = 4096

/** Someone's client reached the server. */
export function logConnection(log: FastifyBaseLogger, socket: Socket): void {
  log.info({ event: 'connection', address: socket.remoteAddress })
}

/** Someone registered, logged in or logged out. */
export function logPerson(
  { log, id, ip }: FastifyRequest,
  event: 'registered' | 'login' | 'logout',
  username: string,
): void {
  log.info({ reqId: id, event, address: ip, username: nameToLog(username) })
}

/** Tells of a refused attempt and its reason, which is the problem's code, and passes the refusal on. */
export function logRefusal(
  { log, id, ip }: FastifyRequest,
  event: 'registration refused' | 'login refused',
  username: string,
): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Problem ? error.code : 'internal-error'
    log.info({ reqId: id, event, address: ip, username: nameToLog(username), reason })
    throw error
  }
}

/** Someone opened a stream. */
export function logStream({ log, id, ip, session }: FastifyRequest): void {
  log.info({ reqId: id, event: 'stream', username: session.account.username, address: ip })
}

/** Someone called what does not exist. */
export function logUnknownCall({ log, id, ip, method, url }: FastifyRequest): void {
  log.info({ reqId: id, event: 'unknown call', address: ip, method, path: pathToLog(url) })
}

/** Every answer, for who looks closely. */
export function logAnswer({ log, id, ip, method, url }: FastifyRequest, status: number): void {
  log.debug({ reqId: id, event: 'answered', address: ip, method, path: pathToLog(url), status })
}

/** The server's mistake. */
export function logInternalError({ log, id }: FastifyRequest, error: unknown): void {
  log.error({ reqId: id, event: 'internal error', err: error })
}

/** How a request looks in the lines that Fastify itself writes, whose own way would show the query. */
export function requestToLog({ method, url }: FastifyRequest) {
  return { method, url: pathToLog(url) }
}

/** An address without its query, and without a token that someone put into the path by mistake. */
export function pathToLog(url: string): string {
  const path = url.split(/[?#&;]|%(?:25)*3f/i, 1)[0] as string
  return withoutTokens(path).slice(0, longestPath)
}

/** A name as it was typed, which can be a token pasted into the wrong field. */
function nameToLog(username: string): string {
  return withoutTokens(username).slice(0, longestName)
}

/** A text as it came, unless it holds tokens, percent-encoded once, often or not: then without these. */
function withoutTokens(text: string): string {
  const decoded = text
    .slice(0, longestSearched)
    .replaceAll(/%(?:25)*([2-7][0-9a-f])/gi, (_escape, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  const redacted = decoded.replaceAll(/eyJ[\w-]+\.[\w-]*\.[\w-]*/g, '[token]')
  return redacted === decoded ? text : redacted
}
