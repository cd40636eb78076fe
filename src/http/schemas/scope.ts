import type { TokenScope } from '../../store/token-store.ts'

/**
 * Who may make a call: a session, or a token for programs with this scope; `session`: a session alone;
 * `none`: anyone, without a token.
 */
export type RouteScope = TokenScope | 'session' | 'none'

declare module 'fastify' {
  interface FastifySchema {
    /** A route without one takes a session's token alone. */
    scope?: RouteScope
  }
}

/**
 * The part of a route's schema that says who may make the call, for the check of its token and for the
 * OpenAPI document. There the roles of a bearer scheme (OpenAPI 3.1, "Security Requirement Object") are
 * the scope that a token for programs needs.
 *
 * @param options.tokenInQuery an events token in the query does as well
 */
export function scope<const Scope extends RouteScope>(
  needed: Scope,
  { tokenInQuery = false } = {},
) {
  const bearer = { sessionToken: needed === 'session' ? [] : [needed] }
  if (needed === 'none') return { scope: needed, security: [] }
  // The token in the query is not a security scheme: generated clients would send one token as both.
  return { scope: needed, security: tokenInQuery ? [bearer, {}] : [bearer] }
}
