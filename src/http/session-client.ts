import type { FastifyRequest } from 'fastify'
import type { SessionClient } from '../store/session-store.ts'
import { clientAddress } from './limits/client-address.ts'

/** In characters. Those of browsers have some 120; the headers of a request may have 16 KiB. */
const maxUserAgentLength = 256

/** Where a session is opened from, as its person is shown it. */
export function sessionClient(request: FastifyRequest): SessionClient {
  const userAgent = request.headers['user-agent']?.slice(0, maxUserAgentLength)
  return { address: clientAddress(request), ...(userAgent && { userAgent }) }
}
