import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../../chat/problems.ts'

/** The version of a file (RFC 9110, section 8.8). */
export interface Validators {
  /** A strong entity tag, in quotes. */
  readonly etag: string
  /** In Unix milliseconds of a whole second; undefined where it is unknown. */
  readonly modifiedAt: number | undefined
}

/** The bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110, section 13.2.2. An invalid
 * date is ignored.
 *
 * @returns whether the client has this version already: 304
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

/** Evaluates `If-Range` (RFC 9110, section 13.1.5): whether a range may be sent. */
export function ifRangeMatches(headers: IncomingHttpHeaders, file: Validators): boolean {
  const { 'if-range': condition } = headers
  if (typeof condition !== 'string') return true
  return condition === file.etag || readDate(condition) === file.modifiedAt
}

/**
 * Parses the `Range` of a GET (RFC 9110, section 14.1.2). Anything but one range of bytes is ignored,
 * as the RFC allows.
 *
 * @param size of the whole file, in bytes
 * @returns undefined: send the whole; `none`: the range has no byte of the file
 */
export function readRange(
  header: string | undefined,
  size: number,
): ByteRange | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? []
  if (first === '') {
    if (last === '') return undefined
    return Number(last) === 0 ? 'none' : { start: Math.max(0, size - Number(last)), end: size }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? 'none' : { start, end }
}

/** Whether a list of entity tags, or `*`, matches; a weak tag does not. */
function includesEtag(tags: string, etag: string): boolean {
  return tags === '*' || tags.match(/(?:W\/)?"[^"]*"/g)?.includes(etag) === true
}

/** The three formats of RFC 9110, section 5.6.7, in Unix milliseconds; NaN for any other text. */
function readDate(text = ''): number {
  if (/^[A-Z][a-z]+, [\w :-]+ GMT$/.test(text)) return Date.parse(text)
  return /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/.test(text)
    ? Date.parse(`${text} GMT`)
    : Number.NaN
}
