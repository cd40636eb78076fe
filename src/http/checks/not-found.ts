import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { logRouteNotFound } from '../logging/log-events.ts'
import type { Operation, RouteTable } from './route-table.ts'

/** `not-found` for an address that does not exist: tells what can be called instead. */
export class RouteNotFound extends Problem {
  readonly operations: readonly Operation[]

  constructor(operations: readonly Operation[]) {
    super('not-found', 'There is nothing at this address. `operations` lists what can be called.')
    this.operations = operations
  }
}

/** `method-not-allowed`, with the methods that the address does take. */
export class MethodNotAllowed extends Problem {
  readonly allow: readonly string[]

  constructor(method: string, allow: readonly string[]) {
    super('method-not-allowed', `This address takes ${allow.join(', ')}, not ${method}.`)
    this.allow = allow
  }
}

/**
 * Refuses what no route takes before anything else of the request is judged, so that a wrong
 * address is never answered with what is wrong about a body or a token.
 */
export function rejectUnknownRoutes(table: RouteTable): onRequestHookHandler {
  return (request, _reply, done) => {
    const path = pathOf(request)
    const needsLookup = request.method === 'OPTIONS' || path.endsWith('/')
    // It takes a route's own name for a parameter, too, where the method is another's: there is no
    // message at `/v1/messages/direct`.
    const otherMethod = request.routeOptions.url?.includes(':') === true && table.isRoutePath(path)
    const missing = request.is404 || otherMethod
    // The router takes an empty parameter for one: there is no message at `/v1/messages/`. And with
    // CORS it takes every `OPTIONS`, which only a preflight of an address that exists may be.
    if (!missing && !needsLookup) return done()
    const methods = table.methodsOf(path)
    if (!missing && methods !== undefined && !isPlainOptions(request)) return done()
    logRouteNotFound(request)
    throw methods === undefined
      ? new RouteNotFound(table.operations)
      : new MethodNotAllowed(request.method, methods)
  }
}

/** An `OPTIONS` that no browser sent as a preflight (the Fetch standard, "CORS-preflight fetch"). */
function isPlainOptions({ method, headers }: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': wanted } = headers
  return method === 'OPTIONS' && (origin === undefined || wanted === undefined)
}

/** The path of a request as it came, percent-encoded, without the query. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string
}
