import type { FastifyRequest } from 'fastify'
import { queryValue } from '../input/query.ts'

/** The token of an `Authorization: Bearer` header, unchecked (RFC 6750, section 2.1). */
export function headerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** The token of `?token=`, unchecked, which only the event stream takes. */
export function queryToken(request: FastifyRequest): string | undefined {
  return queryValue(request, 'token')
}

/** The token that a request came with, where its route takes one. */
export function sentToken(request: FastifyRequest): string | undefined {
  const ofStream = request.routeOptions.url === '/v1/events'
  return headerToken(request) ?? (ofStream ? queryToken(request) : undefined)
}
