import type { FastifyRequest } from 'fastify'
import { Problem } from '../chat/problems.ts'
import { inParameter, refuseInvalid } from '../chat/validation.ts'
import { type Pair, readPairs, splitPairs } from './percent.ts'

/**
 * The parameters of a request's query, each given once.
 *
 * @throws {Problem} `invalid-request`: a parameter is repeated, or the query is not UTF-8
 */
export function readQuery(request: FastifyRequest): Record<string, string> {
  if (!request.url.includes('?')) return {}
  let pairs: Pair[]
  try {
    pairs = pairsIn(request.url.slice(request.url.indexOf('?') + 1))
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

/** One parameter of the query, before the query as a whole is judged: others may be unreadable. */
export function queryValue({ url }: FastifyRequest, name: string): string | undefined {
  const start = url.indexOf('?')
  if (start === -1) return undefined
  for (const pair of url.slice(start + 1).split('&')) {
    const [found, value] = readPair(pair) ?? []
    if (found === name) return value
  }
  return undefined
}

function readPair(text: string): Pair | undefined {
  try {
    return pairsIn(text)[0]
  } catch {
    return undefined
  }
}

/** What most queries are: nothing in them stands for something else. */
const plain = /^[\w=&.~-]*$/

/** Node hands over the address as Latin-1: one character for each byte that came. */
function pairsIn(text: string): Pair[] {
  return plain.test(text) ? splitPairs(text) : readPairs(Buffer.from(text, 'latin1'))
}
