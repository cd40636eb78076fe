import { type ConversationId, roomOf } from '../../client/state/index.ts'
import { everyone, partnerOf } from '../state/conversation-ids.ts'
import { strings } from './preferences.ts'

/** The name that the reader knows a conversation by. */
export function titleOf(id: ConversationId, title?: string): string {
  if (id === everyone) return strings.value.everyone
  return title ?? roomOf(id) ?? partnerOf(id) ?? ''
}
