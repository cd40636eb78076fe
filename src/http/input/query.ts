import type { FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { invalidParameter } from '../../chat/validation.ts'
import { type Pair, parseUrlEncoded, splitPairs } from './urlencoded.ts'

/**
 * Without a prototype, for a parameter may have any name. An instance of a class is made faster than
 * what `Object.create(null)` makes, which V8 keeps as a table.
 */
class Query {
  [name: string]: string
}
Object.setPrototypeOf(Query.prototype, null)
Reflect.deleteProperty(Query.prototype, 'constructor')

/**
 * The parameters of a request's query, each given once.
 *
 * @throws {Problem} `invalid-request`: a parameter is repeated, or the query is not UTF-8
 */
export function readQuery(request: FastifyRequest): Record<string, string> {
  const text = rawQuery(request)
  if (text === undefined) return new Query()
  let pairs: Pair[]
  try {
    pairs = parsePairs(text)
  } catch {
    throw new Problem('invalid-request', 'The query is not percent-encoded UTF-8.', {
      errors: [{ parameter: '', detail: 'the query must be percent-encoded UTF-8' }],
    })
  }
  const query = new Query()
  for (const [name, value] of pairs) {
    if (name in query) throw invalidParameter(name, 'must be given only once')
    query[name] = value
  }
  return query
}

/** One parameter of the query, before the query as a whole is judged: others may be unreadable. */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  const text = rawQuery(request)
  if (text === undefined || (plain.test(text) && !text.includes(name))) return undefined
  for (const pair of text.split('&')) {
    const [found, value] = readPair(pair) ?? []
    if (found === name) return value
  }
  return undefined
}

function rawQuery({ url }: FastifyRequest): string | undefined {
  const start = url.indexOf('?')
  return start === -1 ? undefined : url.slice(start + 1)
}

function readPair(text: string): Pair | undefined {
  try {
    return parsePairs(text)[0]
  } catch {
    return undefined
  }
}

/** What most queries are: nothing in them stands for something else. */
const plain = /^[\w=&.~-]*$/

/** Node hands over the address as Latin-1: one character for each byte that came. */
function parsePairs(text: string): Pair[] {
  return plain.test(text) ? splitPairs(text) : parseUrlEncoded(Buffer.from(text, 'latin1'))
}
