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
import { clientAddress } from './address-key.ts'
import { absoluteForm } from './authority.ts'
import { handleClientError } from './client-errors.ts'
import { handleError } from './error-handler.ts'
import { corsHeaders } from './plugins/cors.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import type { RateLimits } from './rate-limits.ts'
import { drainRequest } from './request-drain.ts'
import type { HttpSettings } from './services.ts'
import type { TrustedProxies } from './trusted-proxies.ts'
import { compileValidator } from './validator-compiler.ts'

/** The most bytes that one code point takes: two `\uXXXX` in JSON, four `%XX` in a form. */
const bytesPerChar = 12
const bodySlack = 4096
const smallestBodyLimit = 65_536

/** The request line and the headers together, in bytes. */
const maxHeaderSize = 16_384

/** Time limits, in milliseconds. */
export interface Timeouts {
  /** Until the headers have arrived. */
  headersMs: number
  /** Until the whole request has arrived. */
  requestMs: number
  /** An answer of which nothing is taken waits between once and twice as long for its reader. */
  writeTimeoutMs: number
  /** How often connections are checked for the first two. */
  checkMs: number
  /** Until a store that does not answer counts as unable to serve. */
  pingMs: number
}

export const defaultTimeouts: Timeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  writeTimeoutMs: 60_000,
  checkMs: 1000,
  pingMs: 2000,
}

/** Longer than the usual proxy keeps an idle connection, so that none is closed under a new request. */
const keepAliveMs = 65_000

const noQuery = Object.freeze({})

/** What bounds requests that reach no route. */
interface RequestGuards {
  limits: RateLimits
  proxies: TrustedProxies
}

/** How Fastify and Node's server are set up. */
export function serverOptions(settings: HttpSettings, timeouts: Timeouts, guards: RequestGuards) {
  return {
    bodyLimit: bodyLimit(settings.messageMaxChars),
    trustProxy: settings.trustProxy.length === 0 ? false : [...settings.trustProxy],
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // Given with the options, these keep Fastify from loading its own: Ajv and fast-json-stringify
    // take some 8 MB.
    schemaController: {
      compilersFactory: {
        buildValidator: () => compileValidator as never,
        buildSerializer: () => () => JSON.stringify,
      },
    },
    // Its own for each request would cost more than the rest of its logging, and most log nothing:
    // each line names its request itself.
    childLoggerFactory: (logger) => logger,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: keepAliveMs,
    requestTimeout: timeouts.requestMs,
    // A path can be as long as the headers: then an id of any length is judged as an id.
    // Queries are read where a route takes one: see `query.ts`.
    routerOptions: { maxParamLength: maxHeaderSize, querystringParser: () => noQuery },
    http: {
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize,
      // Node's own refusal would have no body.
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

/** What a body may have in bytes, so that a text of full length fits however it is escaped. */
function bodyLimit(messageMaxChars: number): number {
  return Math.max(smallestBodyLimit, messageMaxChars * bytesPerChar + bodySlack)
}

/**
 * A request may name the whole address, scheme and host, as if to a proxy (RFC 9112, section 3.2.2).
 * The router would take `*`, which has no slash, for the page at `/`.
 */
function originForm(url: string): string {
  const path = url.replace(absoluteForm, '')
  return path.startsWith('/') ? path : `/${path}`
}

/**
 * Whether the address may still make requests: one that the parser refuses costs it as much. What a
 * proxy passes on does not cost the proxy.
 */
function consumeRequest({ limits, proxies }: RequestGuards, { remoteAddress }: Socket): boolean {
  return (
    proxies.trusts(remoteAddress) || rateLimitError(limits, String(remoteAddress)) === undefined
  )
}

/** Charges an address for a request. @returns the refusal where it may make no more */
function rateLimitError(limits: RateLimits, address: string): unknown {
  try {
    limits.request(address)
    return undefined
  } catch (refusal) {
    return refusal
  }
}

/** The one error of Fastify that comes before any route, and its hooks: a path that cannot be decoded. */
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
