import { type ProblemCode, problems } from '../../../src/chat/problems.ts'
import type { RawAnswer } from './exchange.ts'
import type { Expected, Row } from './row.ts'

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** What would show the inside: a stack, the database, a file, a library. */
const inside =
  /\bat [\w.<>]+ ?\(|node_modules|node:|file:\/\/|\.[jt]s\b|sqlite|\bSQL\b|\bselect\b .*\bfrom\b|fastify|FST_|HPE_|ajv|typebox|TypeError|SyntaxError|RangeError|JSON at position|Unexpected token/i

/** A detail that says what would be right, not only what is wrong. */
const helpful = /\bmust\b|\bneeded\b|is missing; it |; the (fields|parameters) are |takes no /

/** Everything in which answers differ from the one that must come; empty where nothing does. */
export function checkResponse(answers: RawAnswer[], expected: Row): string[] {
  const found: string[] = []
  const check = (right: boolean, what: string) => right || found.push(what)
  const [answer] = answers
  if (answer === undefined || answers.length > 1) return [`${answers.length} answers came`]
  const { code } = expected
  const { status, title } = problems[code]
  const { headers } = answer
  check(answer.status === status, `status ${answer.status} instead of ${status} ${code}`)
  check(
    headers.get('content-type')?.join() === 'application/problem+json',
    `content-type ${headers.get('content-type')}`,
  )
  check(headers.get('cache-control')?.join() === 'no-store' || !underV1(expected), 'may be stored')
  for (const name of ['server', 'x-powered-by']) check(!headers.has(name), `tells ${name}`)
  check(!inside.test(answer.body), `tells of the inside: ${answer.body}`)

  let details: Record<string, unknown>
  try {
    details = JSON.parse(answer.body)
  } catch {
    return [...found, `no JSON: ${answer.body}`]
  }
  const { type, detail, requestId, errors, operations, ...rest } = details
  check(type === `/problems/${code}`, `type ${type} instead of ${code}: ${detail}`)
  check(rest.title === title && rest.status === status, 'title or status differ')
  check(Object.keys(rest).length === 2, `members besides: ${Object.keys(rest)}`)
  check(typeof detail === 'string' && detail !== '', 'no detail')
  check(uuid.test(String(requestId)), `requestId ${requestId}`)
  check((operations !== undefined) === (expected.operations === true), 'operations or none')
  return [...found, ...judgeErrors(errors, expected), ...judgeHeaders(answer, code, expected)]
}

function underV1({ bytes }: Row): boolean {
  return /^[A-Z]+ \/v1[/? ]/.test(bytes.toString('latin1', 0, 100))
}

function judgeErrors(errors: unknown, { code, at, says }: Expected): string[] {
  if (code !== 'invalid-request')
    return errors === undefined ? [] : ['errors of no invalid-request']
  if (!Array.isArray(errors) || errors.length === 0) return ['no errors']
  const named = errors.find((error) =>
    at === undefined || 'pointer' in at
      ? error.pointer === at?.pointer
      : error.parameter === at.parameter,
  )
  if (named === undefined)
    return [`names ${JSON.stringify(errors)} instead of ${JSON.stringify(at)}`]
  const { detail, ...place } = named
  if (Object.keys(place).length !== 1) return [`one place only: ${JSON.stringify(named)}`]
  return (says ?? helpful).test(detail) ? [] : [`tells: ${detail}`]
}

function judgeHeaders({ headers }: RawAnswer, code: ProblemCode, expected: Expected): string[] {
  const found: string[] = []
  const { status } = problems[code]
  const challenge = headers.get('www-authenticate')?.join()
  const wanted = status === 401 ? (expected.challenge ?? /^Bearer$/) : /^undefined$/
  if (!wanted.test(String(challenge))) found.push(`WWW-Authenticate: ${challenge}`)
  const allow = headers.get('allow')?.join()
  if (allow !== expected.allow) found.push(`Allow: ${allow}`)
  const seconds = headers.get('retry-after')?.join()
  if (/^[1-9]\d*$/.test(String(seconds)) !== [429, 503].includes(status))
    found.push(`Retry-After: ${seconds}`)
  return found
}
