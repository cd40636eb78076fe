import type { Message } from '../../client/index.ts'

/** The folded name of the other user, or `room`. */
export type ConversationKey = string

/** The key of the broadcasts. No name folds to the empty string. */
export const room: ConversationKey = ''

/** The unique form of a name, as on the server: NFKC, lowercased by code points, NFKC. */
export function foldName(name: string): ConversationKey {
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}

/** Whether the page has a conversation for it: it shows no rooms yet. */
export function isShown({ kind }: Message): boolean {
  return kind !== 'room'
}

/** The other user of a direct message, which may be `me`; empty for a broadcast. */
export function partnerOf(message: Message, me: string): string {
  if (message.kind !== 'direct') return ''
  return message.from === me ? message.to : message.from
}

export function conversationOf(message: Message, me: string): ConversationKey {
  return foldName(partnerOf(message, me))
}
