import type { ConversationKey, ConversationRef } from '../../src/store/conversation-store.ts'

export const everyone: ConversationKey = { type: 'everyone' }

export const inRoom = (key: string): ConversationKey => ({ type: 'room', key })

export const direct = (key: string): ConversationKey => ({ type: 'direct', key })

/** As the list orders them, and clients name them. */
export function idOf(ref: ConversationRef): string {
  if (ref.type === 'everyone') return 'everyone'
  return ref.type === 'room' ? `room:${ref.room.name}` : `direct:${ref.with.username}`
}
