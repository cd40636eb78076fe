import type { ChatState, Conversation, HeldMember, HeldMessage } from './chat-state.ts'
import type { RoomRole } from './contract-types.ts'
import { heldMessage } from './message-window.ts'

/** As a sidebar lists them: the one with the newest message first. */
export function sortedConversations({ conversations }: ChatState): Conversation[] {
  return [...conversations.values()].sort((a, b) => b.lastId - a.lastId || (a.id < b.id ? -1 : 1))
}

/** Owners first, then moderators, each by name, and whether they are online. */
export function sortedMembers(
  { online }: ChatState,
  { members }: Conversation,
): (HeldMember & { readonly online: boolean })[] {
  return [...(members?.values() ?? [])]
    .map((member) => ({ ...member, online: online.names.has(member.username) }))
    .sort((a, b) => rank[b.role] - rank[a.role] || collator.compare(a.username, b.username))
}

const rank: Record<RoomRole, number> = { member: 1, moderator: 2, owner: 3 }
const collator = new Intl.Collator('en', { sensitivity: 'base' })

/** The names that are shown as typing. */
export function typingIn({ typing }: Conversation, now: number): string[] {
  return typing.filter(({ until }) => until > now).map(({ username }) => username)
}

/** The message that another one answers, if it is held. */
export function repliedTo(
  conversation: Conversation,
  { replyTo }: HeldMessage,
): HeldMessage | undefined {
  return replyTo === undefined ? undefined : heldMessage(conversation, replyTo)
}

/** Whether there are messages before those that are held. */
export function hasOlder({ completeFrom }: Conversation): boolean {
  return completeFrom > 0
}
