import { ObrolError } from '../../client/index.ts'
import type { Strings } from './strings.ts'

/** An error for the reader, and its field in a form. */
export interface Explanation {
  readonly field: 'username' | 'password' | 'title' | 'topic' | undefined
  readonly text: string
}

const fieldOf: Readonly<Record<string, Explanation['field']>> = {
  'username-taken': 'username',
  'unknown-user': 'username',
  'wrong-password': 'password',
  'room-name-taken': 'title',
}

/** Prefix of a failure code, before the most characters of a text. */
const tooLong = 'too-long:'

/** The error's code, or `too-long:` with the limit. */
export function failureCode(error: unknown): string {
  if (!(error instanceof ObrolError)) return 'internal-error'
  const most = rulesOf(error).map(({ detail }) => /at most (\d+) char/.exec(detail)?.[1])
  return most[0] === undefined ? error.code : tooLong + most[0]
}

/** @param failure from `failureCode()` */
export function explainFailure(failure: string, strings: Strings): string {
  if (failure.startsWith(tooLong)) return strings.tooLongFor(failure.slice(tooLong.length))
  return strings.problems[failure] ?? strings.otherProblem
}

/** The first explanation. */
export function explain(error: unknown, strings: Strings): Explanation {
  return explainAll(error, strings)[0] as Explanation
}

/** One explanation for each invalid field of a form, or else one for the error. */
export function explainAll(error: unknown, strings: Strings): Explanation[] {
  const failure = failureCode(error)
  const rules = error instanceof ObrolError ? rulesOf(error) : []
  const explained = rules.flatMap((rule) => explainRule(rule, strings) ?? [])
  return explained.length > 0
    ? explained
    : [{ field: fieldOf[failure], text: explainFailure(failure, strings) }]
}

function explainRule({ pointer, detail }: Rule, strings: Strings): Explanation | undefined {
  if (pointer === '/username') {
    const mixed = /\bscripts?\b/.test(detail)
    return { field: 'username', text: mixed ? strings.mixedScripts : strings.badUsername }
  }
  if (pointer === '/password') {
    if (/\bcommon\b|\busername\b/.test(detail))
      return { field: 'password', text: strings.easyPassword }
    const least = /must be (\d+) to/.exec(detail)?.[1] ?? '8'
    return { field: 'password', text: strings.badPassword(least) }
  }
  // A room's name is made from its title.
  if (pointer === '/name') return { field: 'title', text: strings.badRoomName }
  if (pointer === '/title') return { field: 'title', text: strings.badTitle }
  if (pointer === '/topic') return { field: 'topic', text: strings.badTopic }
  return undefined
}

interface Rule {
  pointer: string
  detail: string
}

/** The invalid fields of the request body. */
function rulesOf(error: ObrolError): Rule[] {
  return (error.problem?.errors ?? []).filter((rule): rule is Rule => 'pointer' in rule)
}
