import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import type { TokenType } from '../auth/tokens.ts'
import { VerifiedTokenCache } from '../auth/verified-token-cache.ts'

declare module 'fastify' {
  interface FastifyInstance {
    verifiedTokens: Readonly<Record<TokenType, VerifiedTokenCache>>
  }
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    namespaces: TokenType
  }
}

/**
 * Signs and verifies our tokens (RFC 7519), with HS256 alone and another audience for each type.
 * `VerifiedTokenCache` checks the expiry, by the clock that ends sessions.
 *
 * @param now the time in Unix milliseconds
 */
export async function addJwt(
  app: FastifyInstance,
  signingKey: Uint8Array,
  now: () => number,
): Promise<void> {
  const iss = 'obrol'
  app.decorate('verifiedTokens', {
    session: new VerifiedTokenCache(now),
    events: new VerifiedTokenCache(now),
  })
  for (const type of ['session', 'events'] satisfies TokenType[]) {
    const aud = `obrol:${type}`
    await app.register(jwt, {
      namespace: type,
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
