import { type FieldError, Problem } from './problems.ts'

/** No field or parameter has a name as long: of one that nobody knows, an answer repeats so much. */
const maxNameChars = 64

/** The JSON Pointer of a field of the body (RFC 6901, section 3). */
function jsonPointer(path: readonly string[]): string {
  const escaped = path.map((name) => shorten(name).replaceAll('~', '~0').replaceAll('/', '~1'))
  return escaped.map((name) => `/${name}`).join('')
}

function shorten(name: string): string {
  const characters = [...name]
  if (characters.length <= maxNameChars) return name
  return `${characters.slice(0, maxNameChars).join('')}…`
}

/**
 * @param field its name, or its path where it is in another field
 * @param detail what is wrong with a field of the body, if anything
 */
export function fieldErrors(
  field: string | readonly string[],
  detail: string | undefined,
): FieldError[] {
  return detail === undefined ? [] : [{ pointer: jsonPointer([field].flat()), detail }]
}

/** @param detail what is wrong with a parameter of the path, the query or a header */
export function parameterErrors(parameter: string, detail: string): FieldError[] {
  return [{ parameter: shorten(parameter), detail }]
}

/** @throws {Problem} `invalid-request` if there are errors, with all of them */
export function throwIfInvalid(...found: FieldError[][]): void {
  const errors = found.flat()
  if (errors.length > 0) throw invalidRequest(errors)
}

/** `invalid-request` with a detail that lists the errors. */
export function invalidRequest(errors: FieldError[]): Problem {
  const sentences = errors.map((error) => {
    const name = 'pointer' in error ? error.pointer.slice(1) : error.parameter
    return `${name || 'the empty name'}: ${error.detail}`
  })
  return new Problem('invalid-request', sentences.join('; '), { errors })
}

/** `invalid-request` for one parameter of the path, the query or a header. */
export function invalidParameter(parameter: string, detail: string): Problem {
  return invalidRequest(parameterErrors(parameter, detail))
}
