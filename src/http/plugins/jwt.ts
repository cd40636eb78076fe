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

/** Signs and verifies our own tokens (RFC 7519), HS256 and nothing else, apart for each purpose. */
export async function addJwt(app: FastifyInstance, signingKey: Uint8Array): Promise<void> {
  const iss = 'obrol'
  app.decorate('knownTokens', { session: new KnownTokens(), events: new KnownTokens() })
  for (const purpose of ['session', 'events'] satisfies Purpose[]) {
    const aud = `obrol:${purpose}`
    await app.register(jwt, {
      namespace: purpose,
      secret: Buffer.from(signingKey),
      sign: { algorithm: 'HS256', iss, aud },
      verify: {
        algorithms: ['HS256'],
        allowedIss: iss,
        allowedAud: aud,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'exp'],
      },
    })
  }
}
