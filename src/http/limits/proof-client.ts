import type { FastifyRequest } from 'fastify'
import type { ProofClient } from '../../chat/fresh-proof.ts'
import { networksOf } from './address-keys.ts'
import { clientAddress } from './client-address.ts'
import type { RateLimits } from './rate-limits.ts'

/** Counts a password that is sent with a call as a login of the caller. */
export function proofClient(request: FastifyRequest, limits: RateLimits): ProofClient {
  const address = clientAddress(request)
  return {
    from: networksOf(address),
    asLogin: (check) => limits.login(address, request.session.account.username, check),
  }
}
