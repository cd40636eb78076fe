import type { FastifyRequest } from 'fastify'
import { Problem } from '../chat/problems.ts'
import { callerAddress } from './address-key.ts'
import type { RepeatedLines } from './repeated-lines.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For lines about those who need no account for what they did. */
    repeatedLines: RepeatedLines
  }
}

/** What people type as a name can be as long as a body; a log line need not. */
const longestName = 64
const longestPath = 200

/** What is looked through for tokens: what is logged, and a token that begins in it, escaped twice. */
const longestSearched = 4096

/** Someone's client reached the server. */
export function logConnection(lines: RepeatedLines, address: string): void {
  lines.write('connection', address, {})
}

/** A connection was closed for what its client does, however often. */
export function logClosed(
  lines: RepeatedLines,
  address: string,
  reason: 'too many connections' | 'too many requests wait',
): void {
  lines.write('connection closed', address, { reason })
}

/** Someone registered, logged in or logged out. */
export function logPerson(
  request: FastifyRequest,
  event: 'registered' | 'login' | 'logout',
  username: string,
): void {
  const { log, id } = request
  log.info({ reqId: id, event, address: callerAddress(request), username: nameToLog(username) })
}

/** Tells of a refused attempt and its reason, which is the problem's code, and passes the refusal on. */
export function logRefusal(
  request: FastifyRequest,
  event: 'registration refused' | 'login refused',
  username: string,
): (error: unknown) => never {
  const { server, id } = request
  return (error) => {
    const reason = error instanceof Problem ? error.code : 'internal-error'
    const fields = { reqId: id, username: nameToLog(username), reason }
    server.repeatedLines.write(event, callerAddress(request), fields)
    throw error
  }
}

/** Someone opened a stream. */
export function logStream(request: FastifyRequest): void {
  const { log, id, session } = request
  const { username } = session.account
  log.info({ reqId: id, event: 'stream', username, address: callerAddress(request) })
}

/** Someone called what does not exist. */
export function logUnknownCall(request: FastifyRequest): void {
  const { server, id, method, url } = request
  const fields = { reqId: id, method, path: pathToLog(url) }
  server.repeatedLines.write('unknown call', callerAddress(request), fields)
}

/** Every answer, for who looks closely. */
export function logAnswer(request: FastifyRequest, status: number): void {
  const { log, id, method, url } = request
  const address = callerAddress(request)
  log.debug({ reqId: id, event: 'answered', address, method, path: pathToLog(url), status })
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
  const path = url.slice(0, longestSearched).split(/[?#&;]|%(?:25)*3f/i, 1)[0] as string
  return withoutTokens(path).slice(0, longestPath)
}

/** A name as it was typed, which can be a token pasted into the wrong field. */
function nameToLog(username: string): string {
  return withoutTokens(username.slice(0, longestSearched)).slice(0, longestName)
}

/** A text as it came, unless it holds tokens, percent-encoded once, often or not: then without these. */
function withoutTokens(text: string): string {
  const decoded = text.replaceAll(/%(?:25)*([2-7][0-9a-f])/gi, (_escape, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const redacted = decoded.replaceAll(/[\w.-]+/g, withoutToken)
  return redacted === decoded ? text : redacted
}

/**
 * A run of what tokens are made of, cut where one begins (the base64 of `{"`), whole or not. Looked for
 * like this, for one expression for all of it takes time with the square of the length.
 */
function withoutToken(run: string): string {
  const begin = run.indexOf('eyJ')
  return begin === -1 ? run : `${run.slice(0, begin)}[token]`
}
