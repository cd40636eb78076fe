import type { Message } from '../../client/index.ts'

/** What a conversation is known by: the folded name of the other person, or `room`. */
export type ConversationKey = string

/** The room, where everyone hears everything. No name folds to the empty string. */
export const room: ConversationKey = ''

/** The form of a name that is unique, as the server has it: NFKC, lowercased by code points, NFKC. */
export function foldName(name: string): ConversationKey {
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}

/** The other person of a direct message, oneself for one to oneself; empty for a broadcast. */
export function partnerOf(message: Message, me: string): string {
  if (message.kind === 'broadcast') return ''
  return message.from === me ? message.to : message.from
}

/** Where a message belongs. */
export function conversationOf(message: Message, me: string): ConversationKey {
  return foldName(partnerOf(message, me))
}
