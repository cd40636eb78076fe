import type { FastifyRequest } from 'fastify'
import { Problem } from '../chat/problems.ts'
import { inParameter, refuseInvalid } from '../chat/validation.ts'
import { type Pair, readPairs } from './percent.ts'

/**
 * The parameters of a request's query, each given once.
 *
 * @throws {Problem} `invalid-request`: a parameter is repeated, or the query is not UTF-8
 */
export function readQuery(request: FastifyRequest): Record<string, string> {
  if (!request.url.includes('?')) return {}
  let pairs: Pair[]
  try {
    pairs = readPairs(queryBytes(request))
  } catch {
    throw new Problem('invalid-request', 'The query is not percent-encoded UTF-8.', {
      errors: [{ parameter: '', detail: 'the query must be percent-encoded UTF-8' }],
    })
  }
  const seen = new Set<string>()
  for (const [name] of pairs) {
    refuseInvalid(inParameter(name, seen.has(name) ? 'must be given only once' : undefined))
    seen.add(name)
  }
  return Object.fromEntries(pairs)
}

/** One parameter of the query, before the query as a whole is judged; undefined where it cannot be read. */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  try {
    return readPairs(queryBytes(request)).find(([found]) => found === name)?.[1]
  } catch {
    return undefined
  }
}

/** Node hands over the address as Latin-1: one character for each byte that came. */
function queryBytes({ url }: FastifyRequest): Uint8Array {
  const start = url.indexOf('?')
  return Buffer.from(start === -1 ? '' : url.slice(start + 1), 'latin1')
}
