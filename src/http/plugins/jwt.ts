import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import { KnownTokens } from '../known-tokens.ts'
import type { Purpose } from '../tokens.ts'

declare module 'fastify' {
  interface FastifyInstance {
    knownTokens: Readonly<Record<Purpose, KnownTokens>>
  }
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    namespaces: Purpose
  }
}

/**
 * Signs and verifies our own tokens (RFC 7519), HS256 and nothing else, apart for each purpose.
 * Whether one is past its end the known tokens tell, by the clock that sessions end by.
 *
 * @param now Unix milliseconds
 */
export async function addJwt(
  app: FastifyInstance,
  signingKey: Uint8Array,
  now: () => number,
): Promise<void> {
  const iss = 'obrol'
  app.decorate('knownTokens', { session: new KnownTokens(now), events: new KnownTokens(now) })
  for (const purpose of ['session', 'events'] satisfies Purpose[]) {
    const aud = `obrol:${purpose}`
    await app.register(jwt, {
      namespace: purpose,
      secret: Buffer.from(signingKey),
      sign: { algorithm: 'HS256', iss, aud },
      verify: {
        algorithms: ['HS256'],
        ignoreExpiration: true,
        allowedIss: iss,
        allowedAud: aud,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'exp'],
      },
    })
  }
}
