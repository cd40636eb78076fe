import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { invalidParameter } from '../../chat/field-errors.ts'
import { Problem } from '../../chat/problems.ts'
import type { StaffMember } from '../../chat/staff.ts'
import { looksLikeToken } from '../../chat/token-format.ts'
import type { Session } from '../../store/session-store.ts'
import { isConsole } from '../connection/console-sockets.ts'
import { queryValue } from '../input/query.ts'
import { clientAddress } from '../limits/client-address.ts'
import type { Services } from '../services.ts'
import { checkScope } from './scopes.ts'
import { isTokenOf, type TokenType, verifyToken } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the client, on every route that needs a token. */
    session: Session
    /** On every route of the staff. */
    staff: StaffMember
  }
}

type AuthServices = Pick<Services, 'sessions' | 'sessionActivity'>
type MakeHook = (app: FastifyInstance, services: AuthServices) => onRequestAsyncHookHandler

/**
 * Requires a session's token in the `Authorization` header, or a program's with the scope of the route.
 *
 * @throws {Problem} `unauthorized`, `forbidden`
 */
export const requireSessionToken: MakeHook = (app, services) => async (request) => {
  rejectConsole(request)
  request.session = await authenticateHeader(app, services, request)
}

/**
 * Requires what `requireSessionToken` does, or an events token in the query, because an `EventSource` cannot
 * set headers. URLs end up in logs and browser histories, so no other token is accepted there.
 */
export const requireEventsToken: MakeHook = (app, services) => async (request) => {
  rejectConsole(request)
  const token = queryToken(request)
  const { authorization } = request.headers
  request.session =
    token === undefined || authorization !== undefined
      ? await authenticateHeader(app, services, request)
      : await authenticate(app, services, 'events', token)
  // Checked after the token, so that an invalid one is always answered 401.
  if (token !== undefined && authorization !== undefined)
    throw invalidParameter('token', 'must not be given together with an Authorization header')
}

/** Requires a session token as `requireSessionToken` does, unless the request came by the console. */
export const requireStaffToken: MakeHook = (app, services) => async (request) => {
  if (isConsole(request)) request.staff = { session: null, address: null }
  else {
    const session = await authenticateHeader(app, services, request)
    request.staff = { session, address: clientAddress(request) }
  }
}

/** What needs an account is not for the console, even with a token. */
function rejectConsole(request: FastifyRequest): void {
  if (isConsole(request))
    throw new Problem(
      'forbidden',
      'The console has no account. Log in over the network for this call.',
    )
}

/** The token that a request was sent with, unchecked, where its route takes one. */
export function sentToken(request: FastifyRequest): string | undefined {
  const ofStream = request.routeOptions.url === '/v1/events'
  return headerToken(request) ?? (ofStream ? queryToken(request) : undefined)
}

/** RFC 6750, section 2.1. */
function headerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]
}

function queryToken(request: FastifyRequest): string | undefined {
  return queryValue(request, 'token')
}

async function authenticateHeader(
  app: FastifyInstance,
  services: AuthServices,
  request: FastifyRequest,
): Promise<Session> {
  const token = headerToken(request)
  if (token === undefined || !looksLikeToken(token))
    return authenticate(app, services, 'session', token)
  const session = await services.sessions.findByToken(token)
  services.sessionActivity.note(session.id)
  checkScope(session, request.routeOptions.schema?.scope)
  return session
}

async function authenticate(
  app: FastifyInstance,
  { sessions, sessionActivity }: AuthServices,
  type: TokenType,
  token: string | undefined,
): Promise<Session> {
  if (token === undefined)
    throw new Problem(
      'unauthorized',
      'This call needs a token: send Authorization: Bearer followed by the token of a registration or login.',
    )
  const claims = verifyToken(app, type, token)
  if (claims !== undefined) {
    const session = await sessions.find(claims.sid)
    if (isTokenOf(claims, session)) {
      sessionActivity.note(session.id)
      return session
    }
  }
  throw new Problem('unauthorized', 'This token is not valid here. Log in for a new one.')
}
