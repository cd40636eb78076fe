import { hash } from 'node:crypto'
import { checkString, checkText } from './text-rules.ts'
import { fieldErrors, parameterErrors, throwIfInvalid } from './validation.ts'

/** What someone wants to say. `whenOffline` is `reject` unless given. */
export type MessageInput =
  | { kind: 'broadcast'; text: string }
  | { kind: 'direct'; to: string; text: string; whenOffline?: 'reject' | 'keep' | undefined }

/**
 * Judges what can be judged of a post without the store.
 *
 * @param maxChars of the text, in code points
 * @throws {Problem} `invalid-request`
 */
export function checkMessageInput(
  input: MessageInput,
  maxChars: number,
  idempotencyKey: string | undefined,
): void {
  throwIfInvalid(
    parameterErrors('Idempotency-Key', checkIdempotencyKey(idempotencyKey)),
    fieldErrors('to', input.kind === 'direct' ? checkString(input.to) : undefined),
    fieldErrors('text', checkText(input.text, maxChars)),
  )
}

function checkIdempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7E]{1,255}$/.test(key)) return undefined
  return 'must be 1 to 255 visible ASCII characters, without spaces'
}

/** Stands for everything that was sent, as it was sent: SHA-256 in hexadecimal. */
export function digestOf(input: MessageInput): string {
  const fields =
    input.kind === 'broadcast'
      ? [input.kind, input.text]
      : [input.kind, input.text, input.to, input.whenOffline ?? 'reject']
  return hash('sha256', JSON.stringify(fields))
}
