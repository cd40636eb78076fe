import { hash } from 'node:crypto'
import { checkString, checkText } from './texts.ts'
import { inField, inParameter, refuseInvalid } from './validation.ts'

/** What someone wants to say. `whenOffline` is `reject` unless given. */
export type Content =
  | { kind: 'broadcast'; text: string }
  | { kind: 'direct'; to: string; text: string; whenOffline?: 'reject' | 'keep' | undefined }

/**
 * Judges what can be judged of a post without the store.
 *
 * @param maxChars of the text, in code points
 * @throws {Problem} `invalid-request`
 */
export function checkContent(
  content: Content,
  maxChars: number,
  idempotencyKey: string | undefined,
): void {
  refuseInvalid(
    inParameter('Idempotency-Key', checkIdempotencyKey(idempotencyKey)),
    inField('to', content.kind === 'direct' ? checkString(content.to) : undefined),
    inField('text', checkText(content.text, maxChars)),
  )
}

function checkIdempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7E]{1,255}$/.test(key)) return undefined
  return 'must be 1 to 255 visible ASCII characters, without spaces'
}

/** Stands for everything that was sent, as it was sent: SHA-256 in hexadecimal. */
export function digestOf(content: Content): string {
  const fields =
    content.kind === 'broadcast'
      ? [content.kind, content.text]
      : [content.kind, content.text, content.to, content.whenOffline ?? 'reject']
  return hash('sha256', JSON.stringify(fields))
}
