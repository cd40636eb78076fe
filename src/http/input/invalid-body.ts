import { Problem } from '../../chat/problems.ts'

/** `invalid-request` for the body as a whole, which is what the empty JSON Pointer names. */
export function invalidBody(detail: string): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer: '', detail }] })
}
