import { createHmac, hash } from 'node:crypto'
import { jsonInOrder } from '../store/message-changes.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import { checkMetadata, type Metadata } from './metadata.ts'
import { checkText } from './text-rules.ts'
import { lookupKey } from './usernames.ts'

/** What a client sends. `whenOffline` defaults to `reject`. */
export type MessageInput = {
  text: string
  /** The id of a message. */
  replyTo?: number | undefined
  metadata?: Metadata | undefined
} & (
  | { kind: 'broadcast' }
  | { kind: 'direct'; to: string; whenOffline?: 'reject' | 'keep' | undefined }
  | { kind: 'room'; room: string }
)

/** What is to change of a message. Null takes the metadata away; what is left out stays. */
export interface EditInput {
  text?: string | undefined
  metadata?: Metadata | null | undefined
}

export interface InputLimits {
  /** Of a text, in code points. */
  maxChars: number
  /** Of metadata, as JSON in UTF-8. */
  metadataMaxBytes: number
}

/** @throws {Problem} `invalid-request` */
export function checkInput({ text, metadata }: EditInput, limits: InputLimits): void {
  const { maxChars, metadataMaxBytes } = limits
  throwIfInvalid(
    fieldErrors('text', text === undefined ? undefined : checkText(text, maxChars)),
    fieldErrors('metadata', metadata ? checkMetadata(metadata, metadataMaxBytes) : undefined),
  )
}

/**
 * A digest of everything that was sent, in hexadecimal; the order of the names in `metadata` does not count.
 * It is kept when the message is deleted, so it is keyed: without the key a short text cannot be guessed
 * from it.
 */
export function digestOf(input: MessageInput, key: Uint8Array): string {
  const { replyTo = null, metadata = null } = input
  const content = jsonInOrder(JSON.stringify([...fieldsOf(input), replyTo, metadata]))
  return createHmac('sha256', key).update(content).digest('hex')
}

/** The digest that was kept before 0.2. Undefined for content that there was not. */
export function legacyDigestOf(input: MessageInput): string | undefined {
  const { replyTo, metadata } = input
  if (replyTo !== undefined || metadata !== undefined) return undefined
  return hash('sha256', JSON.stringify(fieldsOf(input)))
}

function fieldsOf(input: MessageInput): string[] {
  const { kind, text } = input
  if (kind === 'direct') return [kind, text, input.to, input.whenOffline ?? 'reject']
  return kind === 'room' ? [kind, text, lookupKey(input.room)] : [kind, text]
}
