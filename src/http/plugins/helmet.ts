import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * Headers that keep browsers from doing more with our pages than they are made for. Pages load
 * nothing from elsewhere; Swagger UI needs pictures in `data:` addresses and styles set in place.
 * Neither `upgrade-insecure-requests` nor HSTS: the server is also used over plain http on a LAN.
 */
export async function addHelmet(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    global: true,
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
}
