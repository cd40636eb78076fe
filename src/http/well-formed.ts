import type { onRequestAsyncHookHandler } from 'fastify'
import { invalidParameter, Problem } from '../chat/problems.ts'

/**
 * Refuses what Node's parser lets pass: HTTP/1.1 without exactly one `Host` (RFC 9112, section 3.2),
 * and an expectation that nobody here meets (RFC 9110, section 10.1.1).
 */
export const refuseOdd: onRequestAsyncHookHandler = async ({ raw }) => {
  const hosts = raw.headersDistinct.host?.length ?? 0
  if (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1'))
    throw new Problem('malformed-request', 'HTTP/1.1 needs exactly one Host header.')
  const { expect } = raw.headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw invalidParameter('Expect', 'must be 100-continue or left out')
}
