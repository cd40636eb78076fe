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

/** The application, whose routes take their types from their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What routes work with. */
export interface RouteOptions {
  services: Services
  limits: RateLimits
  connections: ConnectionLimiter
  timeouts: Timeouts
}
