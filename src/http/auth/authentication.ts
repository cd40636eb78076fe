import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { invalidParameter } from '../../chat/validation.ts'
import type { Session } from '../../store/store.ts'
import type { Services } from '../services.ts'
import { headerToken, queryToken } from './request-token.ts'
import { isTokenOf, type TokenType, verifyToken } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; set on every route that needs a token. */
    session: Session
  }
}

type Sessions = Services['sessions']

/** Lets in who sends a session's token in the `Authorization` header. */
export function requireSessionToken(
  app: FastifyInstance,
  sessions: Sessions,
): onRequestAsyncHookHandler {
  return async (request) => {
    request.session = await authenticate(app, sessions, 'session', headerToken(request))
  }
}

/**
 * Lets in who may open the stream: with a session's token in the header, or with an events token in
 * the query, for an `EventSource` cannot set headers. Addresses end up in logs and histories, so a
 * token that opens more is not taken there.
 */
export function requireEventsToken(
  app: FastifyInstance,
  sessions: Sessions,
): onRequestAsyncHookHandler {
  return async (request: FastifyRequest) => {
    const token = queryToken(request)
    const { authorization } = request.headers
    request.session =
      token === undefined || authorization !== undefined
        ? await authenticate(app, sessions, 'session', headerToken(request))
        : await authenticate(app, sessions, 'events', token)
    // Judged after who calls.
    if (token !== undefined && authorization !== undefined)
      throw invalidParameter('token', 'must not be given together with an Authorization header')
  }
}

async function authenticate(
  app: FastifyInstance,
  sessions: Sessions,
  type: TokenType,
  token: string | undefined,
): Promise<Session> {
  if (token === undefined)
    throw new Problem(
      'unauthorized',
      'This call needs a token: send Authorization: Bearer followed by the token of a registration or login.',
    )
  const claims = verifyToken(app, type, token)
  const session = claims && (await sessions.find(claims.sid))
  if (claims === undefined || session === undefined || !isTokenOf(claims, session))
    throw new Problem('unauthorized', 'This token is not valid here. Log in for a new one.')
  return session
}
