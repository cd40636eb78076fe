import { invalidBody } from './invalid-body.ts'

/** What is told of a body that breaks one of these. No call needs more than a few fields. */
const mostValues = 1000
const mostDepth = 32

const [quote, backslash, comma, openBracket, closeBracket, openBrace, closeBrace] = [
  ...Buffer.from('"\\,[]{}'),
] as [number, number, number, number, number, number, number]

/**
 * Refuses JSON of more values than any call takes, or nested deeper, before anything of it is made:
 * to parse and judge those takes longer than to count them. Whether it is JSON is not judged here.
 *
 * @throws {Problem} `invalid-request`
 */
export function boundJson(bytes: Uint8Array): void {
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
      if (depth > mostDepth)
        throw invalidBody(`The body must not be nested deeper than ${mostDepth} levels.`)
    } else if (byte === closeBrace || byte === closeBracket) depth--
  }
  boundValues(values)
}

/** The same of a form, each field of which is a value. @throws {Problem} `invalid-request` */
export function boundForm(bytes: Uint8Array): void {
  let fields = 1
  for (const byte of bytes) if (byte === 0x26) fields++
  boundValues(fields)
}

function boundValues(values: number): void {
  if (values > mostValues)
    throw invalidBody(`The body must not hold more than ${mostValues.toLocaleString('en')} values.`)
}
