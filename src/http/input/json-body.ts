import { TextDecoder } from 'node:util'
import { fieldErrors, throwIfInvalid } from '../../chat/field-errors.ts'
import { invalidBody, limitJson } from './body-complexity.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Parses a JSON body (RFC 8259). Undefined where it is empty.
 *
 * @throws {Problem} `invalid-request`: not UTF-8, not JSON, too many values or levels, or a repeated
 * name in an object
 */
export function readJson(bytes: Uint8Array): unknown {
  limitJson(bytes)
  const text = decode(bytes)
  if (text.trim() === '') return undefined
  const value = parse(text)
  // Most bodies have one field. Two with one name have two colons.
  if (text.indexOf(':') < text.lastIndexOf(':')) rejectRepeatedNames(text)
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
 * The strings and the structural characters of JSON. A string may also end with the text, which keeps
 * the expression linear on a text that is not JSON.
 */
const tokens = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|[{}[\]:,]/gs

/** An object or array that is being read. */
interface Level {
  names: Set<string>
  /** The last name of the object, or the index in the array. */
  at: string | number
}

/**
 * `JSON.parse` keeps the last of two fields with one name, so the server would guess which one was
 * meant. The text is valid JSON, so a string before a colon is a name in the innermost object.
 */
function rejectRepeatedNames(text: string): void {
  const open: Level[] = []
  let string = ''
  for (const [token] of text.matchAll(tokens)) {
    const level = open.at(-1) as Level
    if (token === '{' || token === '[') open.push({ names: new Set(), at: token === '{' ? '' : 0 })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',') {
      if (typeof level.at === 'number') level.at++
    } else if (token === ':') {
      const name: string = JSON.parse(string)
      level.at = name
      if (level.names.has(name)) {
        const path = open.map(({ at }) => String(at))
        throwIfInvalid(fieldErrors(path, 'must be given only once'))
      }
      level.names.add(name)
    } else string = token
  }
}
