import type { ConversationId } from '../../client/state/index.ts'

/** The conversation of the broadcasts. */
export const everyone: ConversationId = 'everyone'

export function personConversation(username: string): ConversationId {
  return `direct:${username}`
}

/** The other user of a direct conversation, who may be the user; undefined for others. */
export function partnerOf(conversation: ConversationId): string | undefined {
  return conversation.startsWith('direct:') ? conversation.slice('direct:'.length) : undefined
}

export function isConversationId(text: string): boolean {
  return text === everyone || /^(direct|room):/.test(text)
}

/** The unique form of a name, as on the server: NFKC, lowercased by code points, NFKC. */
export function foldName(name: string): string {
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}
