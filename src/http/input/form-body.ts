import { fieldErrors, throwIfInvalid } from '../../chat/field-errors.ts'
import { invalidBody, limitForm } from './body-complexity.ts'
import { readJson } from './json-body.ts'
import { type Pair, parseUrlEncoded } from './urlencoded.ts'

/** For a client whose text was cut at its `&`, as in `curl -d 'text=fish & chips'`. */
export const ampersandHint =
  'an "&" inside a value must be sent as %26, which curl --data-urlencode does'

const forms = new WeakSet<object>()

/** Whether a parsed body was a form. */
export function isForm(body: object): boolean {
  return forms.has(body)
}

/**
 * Parses a form. A body that begins with `{` is parsed as JSON: it was sent with curl's default
 * content type.
 *
 * @throws {Problem} `invalid-request`: not UTF-8, too many fields, or a repeated one
 */
export function readForm(bytes: Uint8Array): unknown {
  if (beginsWithBrace(bytes)) return readJson(bytes)
  limitForm(bytes)
  const pairs = decode(bytes)
  if (pairs.length === 0) return undefined
  const seen = new Set<string>()
  for (const [name] of pairs) {
    const repeated = seen.has(name) ? `must be given only once; ${ampersandHint}` : undefined
    throwIfInvalid(fieldErrors(name, repeated))
    seen.add(name)
  }
  const form = Object.fromEntries(pairs)
  forms.add(form)
  return form
}

function decode(bytes: Uint8Array): Pair[] {
  try {
    return parseUrlEncoded(bytes)
  } catch {
    throw invalidBody('The form must be percent-encoded UTF-8.')
  }
}

/** After the white space of JSON (RFC 8259, section 2). */
function beginsWithBrace(bytes: Uint8Array): boolean {
  return bytes.find((byte) => !' \t\r\n'.includes(String.fromCharCode(byte))) === 0x7b
}
