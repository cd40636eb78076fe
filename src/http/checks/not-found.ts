import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { logRouteNotFound } from '../logging/log-events.ts'
import type { Operation, RouteTable } from './route-table.ts'

/** `not-found` for an unknown path, with the operations that exist. */
export class RouteNotFound extends Problem {
  readonly operations: readonly Operation[]

  constructor(operations: readonly Operation[]) {
    super('not-found', 'There is nothing at this address. `operations` lists what can be called.')
    this.operations = operations
  }
}

/** `method-not-allowed`, with the methods that are allowed. */
export class MethodNotAllowed extends Problem {
  readonly allow: readonly string[]

  constructor(method: string, allow: readonly string[]) {
    super('method-not-allowed', `This address takes ${allow.join(', ')}, not ${method}.`)
    this.allow = allow
  }
}

/**
 * Refuses unknown paths and methods before anything else is checked, so that a wrong path is never
 * answered with an error about the body or the token.
 */
export function rejectUnknownRoutes(table: RouteTable): onRequestHookHandler {
  return (request, _reply, done) => {
    const path = pathOf(request)
    const needsLookup = request.method === 'OPTIONS' || path.endsWith('/')
    // With another method the router takes the path of a route for a parameter: `/v1/messages/direct`
    // is not a message.
    const otherMethod = request.routeOptions.url?.includes(':') === true && table.isRoutePath(path)
    const missing = request.is404 || otherMethod
    // The router accepts an empty parameter, as in `/v1/messages/`, and with CORS every `OPTIONS`,
    // which must be a preflight for a path that exists.
    if (!missing && !needsLookup) return done()
    const methods = table.methodsOf(path)
    if (!missing && methods !== undefined && !isPlainOptions(request)) return done()
    logRouteNotFound(request)
    throw methods === undefined
      ? new RouteNotFound(table.operations)
      : new MethodNotAllowed(request.method, methods)
  }
}

/** An `OPTIONS` that is not a preflight (the Fetch standard, "CORS-preflight fetch"). */
function isPlainOptions({ method, headers }: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': wanted } = headers
  return method === 'OPTIONS' && (origin === undefined || wanted === undefined)
}

/** Percent-encoded, without the query. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string
}
