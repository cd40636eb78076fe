import { TextDecoder } from 'node:util'
import { fieldErrors, throwIfInvalid } from '../../chat/validation.ts'
import { limitJson } from './body-limits.ts'
import { invalidBody } from './invalid-body.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a JSON body (RFC 8259). Undefined where it is empty.
 *
 * @throws {Problem} `invalid-request`: not UTF-8, not JSON, too many values or too deep, or a name is
 * repeated in an object
 */
export function readJson(bytes: Uint8Array): unknown {
  limitJson(bytes)
  const text = decode(bytes)
  if (text.trim() === '') return undefined
  const value = parse(text)
  refuseRepeatedNames(text)
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw invalidBody('The body must be UTF-8.')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidBody('The body must be valid JSON.')
  }
}

/**
 * Strings, and the signs that open, close and divide objects and arrays. In JSON every string ends;
 * that one may end with the text makes this linear on any other text too.
 */
const tokens = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|[{}[\]:]/gs

/**
 * `JSON.parse` keeps the last of two fields with one name, so which of them was meant would be
 * guessed. The text is known to be JSON: a string before a colon is a name of the innermost object.
 */
function refuseRepeatedNames(text: string): void {
  const open: Set<string>[] = []
  let string = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const names = open.at(-1) as Set<string>
      const name = JSON.parse(string)
      throwIfInvalid(fieldErrors(name, names.has(name) ? 'must be given only once' : undefined))
      names.add(name)
    } else string = token
  }
}
