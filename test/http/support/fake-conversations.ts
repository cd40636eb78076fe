import type { Services } from '../../../src/http/services.ts'
import type { Conversation } from '../../../src/store/conversation-store.ts'
import type { Session } from '../../../src/store/session-store.ts'

const bob = { id: 2, username: 'bob' }

/** Answers each call with one conversation, and keeps what it was asked. */
export class FakeConversations {
  /** The name of each call, who made it, and with what. */
  readonly calls: unknown[][] = []
  /** Thrown by every call. */
  refusal: Error | undefined
  conversation: Conversation = {
    ref: { type: 'direct', with: bob },
    title: 'bob',
    last: null,
    lastId: 0,
    readUpTo: 0,
    unread: 0,
    mentioned: 0,
    muted: false,
    asOf: 7,
  }

  get service(): Services['conversations'] {
    const answer =
      <T>(name: string, value: () => T) =>
      async ({ account }: Session, ...asked: unknown[]): Promise<T> => {
        this.calls.push([name, account.username, ...asked])
        if (this.refusal !== undefined) throw this.refusal
        return value()
      }
    return {
      list: answer('list', () => ({
        conversations: [this.conversation],
        more: true,
        cursor: '7-00000000',
      })),
      find: answer('find', () => this.conversation),
      mute: answer('mute', () => ({ ...this.conversation, muted: true })),
      markRead: answer('markRead', () => undefined),
      tellTyping: answer('tellTyping', () => undefined),
    }
  }
}
