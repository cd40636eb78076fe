import { fieldErrors, throwIfInvalid } from '../../chat/validation.ts'
import { limitForm } from './body-limits.ts'
import { invalidBody } from './invalid-body.ts'
import { readJson } from './json-body.ts'
import { type Pair, parseUrlEncoded } from './urlencoded.ts'

/** What to tell someone whose text fell apart at its `&`, as in `curl -d 'text=fish & chips'`. */
export const ampersandHint =
  'an "&" inside a value must be sent as %26, which curl --data-urlencode does'

const forms = new WeakSet<object>()

/** Whether a body came as a form, in which an `&` inside a value makes another field. */
export function isForm(body: object): boolean {
  return forms.has(body)
}

/**
 * Reads a form's fields. A body that begins with `{` is JSON whose sender left curl's default
 * content type as it was.
 *
 * @throws {Problem} `invalid-request`: not UTF-8, too many fields, or one is repeated
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

/** Whether the first byte that is not JSON's white space (RFC 8259, section 2) is `{`. */
function beginsWithBrace(bytes: Uint8Array): boolean {
  return bytes.find((byte) => !' \t\r\n'.includes(String.fromCharCode(byte))) === 0x7b
}
