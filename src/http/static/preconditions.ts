import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../../chat/problems.ts'

/** By what a client tells whether it has a file as it is (RFC 9110, section 8.8). */
export interface Validators {
  /** A strong one, in its quotes. */
  readonly etag: string
  /** When the file was last changed, in whole seconds as Unix milliseconds; undefined: not known. */
  readonly modifiedAt: number | undefined
}

/**
 * Judges the conditions of a GET or HEAD in the order of RFC 9110, section 13.2.2. A date that is
 * none is no condition.
 *
 * @returns whether the client has the file already: 304
 * @throws {Problem} `precondition-failed`
 */
export function isNotModified(headers: IncomingHttpHeaders, file: Validators): boolean {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const { modifiedAt = Number.NaN } = file
  const changed =
    match === undefined
      ? modifiedAt > readDate(headers['if-unmodified-since'])
      : !includesEtag(match, file.etag)
  if (changed)
    throw new Problem(
      'precondition-failed',
      'The file is not, or no longer, the one that the condition names.',
    )
  return noneMatch === undefined
    ? modifiedAt <= readDate(headers['if-modified-since'])
    : includesEtag(noneMatch.replaceAll('W/', ''), file.etag)
}

/** Whether a part of the file fits what the client has of it: `If-Range` (section 13.1.5). */
export function ifRangeMatches(headers: IncomingHttpHeaders, file: Validators): boolean {
  const { 'if-range': had } = headers
  if (typeof had !== 'string') return true
  return had === file.etag || readDate(had) === file.modifiedAt
}

/** Whether a list of entity tags, or `*`, holds this one; one marked as weak is another. */
function includesEtag(tags: string, etag: string): boolean {
  return tags === '*' || tags.match(/(?:W\/)?"[^"]*"/g)?.includes(etag) === true
}

/** The three forms of RFC 9110, section 5.6.7, as Unix milliseconds; NaN for all else. */
function readDate(text = ''): number {
  if (/^[A-Z][a-z]+, [\w :-]+ GMT$/.test(text)) return Date.parse(text)
  return /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/.test(text)
    ? Date.parse(`${text} GMT`)
    : Number.NaN
}
