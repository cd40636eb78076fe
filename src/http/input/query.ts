import type { FastifyRequest } from 'fastify'
import { invalidParameter } from '../../chat/field-errors.ts'
import { Problem } from '../../chat/problems.ts'
import { type Pair, parseUrlEncoded } from './urlencoded.ts'

/**
 * Parses the query of a request.
 *
 * @throws {Problem} `invalid-request`: a parameter is repeated, or the query is not UTF-8
 */
export function readQuery({ url }: FastifyRequest): Record<string, string> {
  const query = new Map<string, string>()
  for (const [name, value] of parsePairs(rawQuery(url))) {
    if (query.has(name)) throw invalidParameter(name, 'must be given only once')
    query.set(name, value)
  }
  return Object.fromEntries(query)
}

/** One parameter of a query that is not validated yet: other parameters may not be UTF-8. */
export function queryValue({ url }: FastifyRequest, name: string): string | undefined {
  for (const pair of rawQuery(url).split('&')) {
    try {
      const [[found, value] = []] = parsePairs(pair)
      if (found === name) return value
    } catch {
      // `readQuery` refuses it.
    }
  }
  return undefined
}

function rawQuery(url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start + 1)
}

/** Node gives the URL as Latin-1, one character for each byte. */
function parsePairs(text: string): Pair[] {
  try {
    return parseUrlEncoded(Buffer.from(text, 'latin1'))
  } catch {
    throw new Problem('invalid-request', 'The query is not percent-encoded UTF-8.', {
      errors: [{ parameter: '', detail: 'the query must be percent-encoded UTF-8' }],
    })
  }
}
