import { Problem } from '../chat/problems.ts'

/** `invalid-request` for the body as a whole, which is what the empty JSON Pointer names. */
export function invalidBody(detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer: '', detail }] })
}

/** The JSON Pointer of a field of the body (RFC 6901, section 3). */
export function pointerTo(field: string): string {
  return `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
