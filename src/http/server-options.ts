import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  type FastifyHttpOptions,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify'
import { Problem } from '../chat/problems.ts'
import { absoluteForm } from './checks/authority.ts'
import { handleClientError } from './connection/client-errors.ts'
import { drainRequest } from './connection/request-drain.ts'
import { handleError } from './error-handler.ts'
import { compileValidator } from './input/validator-compiler.ts'
import { clientAddress } from './limits/client-address.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { TrustedProxies } from './limits/trusted-proxies.ts'
import { corsHeaders } from './plugins/cors.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import type { HttpSettings } from './services.ts'

/** The most bytes of one code point: two `\uXXXX` in JSON, four `%XX` in a form. */
const bytesPerChar = 12
/** The most for a byte of metadata: `%XX` in a form; for two, a `\uXXXX` of programs that write ASCII alone. */
const bytesPerByte = 3
const bodySlack = 4096
const smallestBodyLimit = 65_536

/** The request line and the headers together, in bytes. */
export const maxHeaderSize = 16_384

/** Time limits, in milliseconds. */
export interface Timeouts {
  /** For the headers of a request to arrive. */
  headersMs: number
  /** For the whole request to arrive. */
  requestMs: number
  /** For a client to read something of an answer; it takes effect between once and twice as late. */
  writeTimeoutMs: number
  /** How often connections are checked for the first two. */
  checkMs: number
  /** For the store to answer `GET /readyz`. */
  pingMs: number
}

export const defaultTimeouts: Timeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  writeTimeoutMs: 60_000,
  checkMs: 1000,
  pingMs: 2000,
}

/** Longer than common proxies keep an idle connection, so that they never send a request on a closed one. */
const keepAliveMs = 65_000

const noQuery = Object.freeze({})

/** The limits of requests that reach no route. */
interface RequestGuards {
  limits: RateLimits
  proxies: TrustedProxies
}

/** The options of Fastify and of Node's HTTP server. */
export function serverOptions(settings: HttpSettings, timeouts: Timeouts, guards: RequestGuards) {
  return {
    bodyLimit: bodyLimit(settings),
    trustProxy: settings.trustProxy.length === 0 ? false : [...settings.trustProxy],
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // With these options Fastify does not load its own compilers: Ajv and fast-json-stringify take
    // some 8 MB.
    schemaController: {
      compilersFactory: {
        buildValidator: () => compileValidator as never,
        buildSerializer: () => () => JSON.stringify,
      },
    },
    // A logger for each request would cost more than its lines; each line has the request id itself.
    childLoggerFactory: (logger) => logger,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: keepAliveMs,
    requestTimeout: timeouts.requestMs,
    // An id of any length is validated as an id. Queries are parsed where a route takes one: `query.ts`.
    routerOptions: { maxParamLength: maxHeaderSize, querystringParser: () => noQuery },
    http: {
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize,
      // Refused by `rejectMalformed`, because Node's own answer would have no body.
      requireHostHeader: false,
    },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    clientErrorHandler: (error, socket) => {
      if (consumeRequest(guards, socket as Socket))
        handleClientError(error, socket, settings.corsOrigins)
      else socket.destroy()
    },
    frameworkErrors: (_error, request, reply) => {
      reply.headers(corsHeaders(settings.corsOrigins, request.headers.origin))
      handleBadPath(request, reply, { writeTimeoutMs: timeouts.writeTimeoutMs, ...guards })
    },
  } satisfies FastifyHttpOptions<RawServerDefault>
}

/** In bytes: a text and metadata of full length fit, escaped as programs do it. */
function bodyLimit({ messageMaxChars, metadataMaxBytes }: HttpSettings): number {
  const longest = messageMaxChars * bytesPerChar + metadataMaxBytes * bytesPerByte + bodySlack
  return Math.max(smallestBodyLimit, longest)
}

/**
 * The path and query of a request target, which may be in absolute form (RFC 9112, section 3.2.2). The
 * router would take `*`, which has no slash, for `/`.
 */
function originForm(url: string): string {
  const path = url.replace(absoluteForm, '')
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * Counts input that the parser refused as a request of its address. Input from a trusted proxy does not
 * count, because its client is unknown.
 *
 * @returns whether the address is within its limit
 */
function consumeRequest({ limits, proxies }: RequestGuards, { remoteAddress }: Socket): boolean {
  return (
    proxies.trusts(remoteAddress) || rateLimitError(limits, String(remoteAddress)) === undefined
  )
}

/** @returns the error where the address may make no more requests */
function rateLimitError(limits: RateLimits, address: string): unknown {
  try {
    limits.request(address)
    return undefined
  } catch (refusal) {
    return refusal
  }
}

/** Answers a path that cannot be decoded, which Fastify refuses before any route and hook. */
function handleBadPath(
  request: FastifyRequest,
  reply: FastifyReply,
  { writeTimeoutMs, limits }: { writeTimeoutMs: number } & RequestGuards,
): void {
  request.raw.socket.setTimeout(writeTimeoutMs)
  drainRequest(request.raw, reply.raw)
  reply.headers(securityHeaders)
  const malformed = new Problem('malformed-request', 'The path is not percent-encoded UTF-8.')
  handleError(rateLimitError(limits, clientAddress(request)) ?? malformed, request, reply)
}
