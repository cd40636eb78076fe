import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

/**
 * What browsers may do with our pages: load nothing from elsewhere. Swagger UI needs pictures in
 * `data:` addresses and styles set in place. Neither `upgrade-insecure-requests` nor HSTS: the
 * server is also used over plain http on a LAN.
 */
const addHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      scriptSrcAttr: ["'none'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
  // For browsers and plug-ins of long ago.
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  // Over plain http browsers ignore these two, and warn about it.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  // A page of an allowed CORS origin may read answers.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
})

/**
 * Headers that keep browsers from doing more with our answers than they are made for. They are the
 * same for every answer, so helmet makes them once: what they cost a request is their bytes.
 */
export const securityHeaders: Readonly<Record<string, string>> = helmetHeaders()

function helmetHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value
    },
    removeHeader() {},
  }
  addHeaders({} as IncomingMessage, answer as unknown as ServerResponse, () => {})
  return headers
}

/** For all that Fastify answers; a stream's answer is written by hand. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(securityHeaders)
    done(null, payload)
  })
}
