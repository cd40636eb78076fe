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
export function failureCode(error: unknown): string {
  if (!(error instanceof ObrolError)) return 'internal-error'
  const most = rulesOf(error).map(({ detail }) => /at most (\d+) char/.exec(detail)?.[1])
  return most[0] === undefined ? error.code : tooLong + most[0]
}

/** A failure in the reader's language. */
export function explainFailure(failure: string, strings: Strings): string {
  if (failure.startsWith(tooLong)) return strings.tooLongFor(failure.slice(tooLong.length))
  return strings.problems[failure] ?? strings.otherProblem
}

/** What was thrown, in the reader's language, the first thing if there are more. */
export function explain(error: unknown, strings: Strings): Explanation {
  return explainAll(error, strings)[0] as Explanation
}

/** All that was thrown, in the reader's language; of a bad name and password, which rules they break. */
export function explainAll(error: unknown, strings: Strings): Explanation[] {
  const failure = failureCode(error)
  const rules = error instanceof ObrolError ? rulesOf(error) : []
  const told = rules.flatMap((rule) => explainRule(rule, strings) ?? [])
  return told.length > 0
    ? told
    : [{ field: fieldOf[failure], text: explainFailure(failure, strings) }]
}

function explainRule({ pointer, detail }: Rule, strings: Strings): Explanation | undefined {
  if (pointer === '/username') {
    const mixed = /\bscripts?\b/.test(detail)
    return { field: 'username', text: mixed ? strings.mixedScripts : strings.badUsername }
  }
  if (pointer === '/password') {
    const least = /must be (\d+) to/.exec(detail)?.[1] ?? '8'
    return { field: 'password', text: strings.badPassword(least) }
  }
  return undefined
}

interface Rule {
  pointer: string
  detail: string
}

/** The rules of fields that a body breaks. */
function rulesOf(error: ObrolError): Rule[] {
  return (error.problem?.errors ?? []).filter((rule): rule is Rule => 'pointer' in rule)
}
