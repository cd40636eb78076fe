import { ObrolError } from '../../client/index.ts'
import type { Strings } from './strings.ts'

/** What went wrong, for the reader, and at which field. */
export interface Explanation {
  readonly field: 'username' | 'password' | undefined
  readonly text: string
}

const fieldOf: Readonly<Record<string, Explanation['field']>> = {
  'username-taken': 'username',
  'unknown-user': 'username',
  'wrong-password': 'password',
}

/** Stands before the most characters that a text may have, where it has more. */
const tooLong = 'too-long:'

/** What to keep of a refused message: the problem's code, or that it is too long and for what. */
export function failureOf(error: unknown): string {
  if (!(error instanceof ObrolError)) return 'internal-error'
  const most = rulesOf(error).map(({ detail }) => /at most (\d+) char/.exec(detail)?.[1])
  return most[0] === undefined ? error.code : tooLong + most[0]
}

/** A failure in the reader's language. */
export function explainFailure(failure: string, strings: Strings): string {
  if (failure.startsWith(tooLong)) return strings.tooLongFor(failure.slice(tooLong.length))
  return strings.problems[failure] ?? strings.otherProblem
}

/** What was thrown, in the reader's language; of a bad name or password, which rule it breaks. */
export function explain(error: unknown, strings: Strings): Explanation {
  const failure = failureOf(error)
  const [rule] = error instanceof ObrolError ? rulesOf(error) : []
  if (rule?.pointer === '/username') {
    const mixed = rule.detail.includes('mix scripts')
    return { field: 'username', text: mixed ? strings.mixedScripts : strings.badUsername }
  }
  if (rule?.pointer === '/password') {
    const least = /must be (\d+) to/.exec(rule.detail)?.[1] ?? '8'
    return { field: 'password', text: strings.badPassword(least) }
  }
  return { field: fieldOf[failure], text: explainFailure(failure, strings) }
}

/** The rules of fields that a body breaks. */
function rulesOf(error: ObrolError): { pointer: string; detail: string }[] {
  return (error.problem?.errors ?? []).filter((rule) => 'pointer' in rule)
}
