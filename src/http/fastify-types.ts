import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ConnectionLimiter } from './limits/connection-limiter.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { Timeouts } from './server-options.ts'
import type { Services } from './services.ts'

/** The application, with the types of requests and answers from the schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface RouteOptions {
  services: Services
  limits: RateLimits
  connections: ConnectionLimiter
  timeouts: Timeouts
}
