import type { onRequestHookHandler } from 'fastify'
import { invalidParameter } from '../../chat/field-errors.ts'
import { Problem } from '../../chat/problems.ts'

/**
 * Refuses malformed requests that Node's parser accepts:
 *
 * - versions other than HTTP/1, as 0.9 and 2.0 in the request line
 * - chunks in HTTP/1.0, which proxies frame in two ways (RFC 9112, section 6.1)
 * - codings besides `chunked`, which Node would leave in the body (section 7)
 * - HTTP/1.1 without exactly one `Host` (section 3.2)
 * - unknown expectations (RFC 9110, section 10.1.1)
 */
export const rejectMalformed: onRequestHookHandler = ({ raw }, _reply, done) => {
  if (raw.httpVersionMajor !== 1)
    throw new Problem('malformed-request', 'This server speaks HTTP/1.1 and HTTP/1.0.')
  if (raw.httpVersion === '1.0' && raw.headers['transfer-encoding'] !== undefined)
    throw new Problem('malformed-request', 'HTTP/1.0 has no Transfer-Encoding.')
  if (!/^chunked$/i.test(raw.headers['transfer-encoding'] ?? 'chunked'))
    throw new Problem('malformed-request', 'The only Transfer-Encoding taken here is chunked.')
  const hosts = countHosts(raw.rawHeaders)
  if (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1'))
    throw new Problem('malformed-request', 'HTTP/1.1 needs exactly one Host header.')
  const { expect } = raw.headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw invalidParameter('Expect', 'must be 100-continue or left out')
  done()
}

/** In `rawHeaders`, where names and values alternate: of two hosts, `headers` has the first alone. */
function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}
