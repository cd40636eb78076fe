import { invalidBody } from './invalid-body.ts'

/** What is told of a body that breaks one of these. No call needs more than a few fields. */
const maxValues = 1000
const maxDepth = 32

const [quote, backslash, comma, openBracket, closeBracket, openBrace, closeBrace] = [
  ...Buffer.from('"\\,[]{}'),
] as [number, number, number, number, number, number, number]

/**
 * Refuses JSON of more values than any call takes, or nested deeper, before anything of it is made:
 * to parse and judge those takes longer than to count them. Whether it is JSON is not judged here.
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

/** The same of a form, each field of which is a value. @throws {Problem} `invalid-request` */
export function limitForm(bytes: Uint8Array): void {
  let fields = 1
  for (const byte of bytes) if (byte === 0x26) fields++
  limitValues(fields)
}

function limitValues(values: number): void {
  if (values > maxValues)
    throw invalidBody(`The body must not hold more than ${maxValues.toLocaleString('en')} values.`)
}
