import type { ChatMessage, HeldMessage } from '../../client/state/index.ts'
import { displayText } from '../text/display-text.ts'
import { strings } from './preferences.ts'

/** Characters of a message. */
const previewLength = 120

/** A message on one line. */
export function previewOf({ text, deletedAt }: ChatMessage | HeldMessage): string {
  if (deletedAt !== undefined) return strings.value.deletedMessage
  return displayText(text.slice(0, previewLength))
}
