import type { FastifyInstance } from 'fastify'

/**
 * What browsers may do with our pages: load nothing from elsewhere. Swagger UI needs images in `data:`
 * URLs and inline styles. There is neither `upgrade-insecure-requests` nor HSTS, because the server is
 * also used over plain http on a LAN.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src-attr 'none'",
  "style-src 'self' 'unsafe-inline'",
].join(';')

/** The headers of every answer that restrict what browsers do with it. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  // A page of an allowed CORS origin may read answers.
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Adds them to every answer of Fastify; the answer of a stream is written without it. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(securityHeaders)
    done(null, payload)
  })
}
