import { Problem } from '../../chat/problems.ts'

/** No call needs more than a few fields. */
const maxValues = 1000
const maxDepth = 32

const [quote, backslash, comma, openBracket, closeBracket, openBrace, closeBrace, ampersand] = [
  ...Buffer.from('"\\,[]{}&'),
] as [number, number, number, number, number, number, number, number]

/** `invalid-request` for the whole body, which is what the empty JSON Pointer names. */
export function invalidBody(detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer: '', detail }] })
}

/**
 * Refuses JSON with more values or more levels than any call takes, before it is parsed: counting is
 * faster than parsing and validating. The bytes need not be JSON.
 *
 * @throws {Problem} `invalid-request`
 */
export function limitJson(bytes: Uint8Array): void {
  let values = 1
  let depth = 0
  let inString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inString) {
      if (byte === backslash) at++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (byte === comma) values++
    else if (byte === openBrace || byte === openBracket) {
      values++
      depth++
      if (depth > maxDepth)
        throw invalidBody(`The body must not be nested deeper than ${maxDepth} levels.`)
    } else if (byte === closeBrace || byte === closeBracket) depth--
  }
  limitValues(values)
}

/** Refuses a form with too many fields. @throws {Problem} `invalid-request` */
export function limitForm(bytes: Uint8Array): void {
  limitValues(1 + bytes.filter((byte) => byte === ampersand).length)
}

function limitValues(values: number): void {
  if (values > maxValues)
    throw invalidBody(`The body must not hold more than ${maxValues.toLocaleString('en')} values.`)
}
