import type { ObrolClient } from '../../client/index.ts'
import type { ConversationId } from '../../client/state/index.ts'
import { everyone } from '../state/conversation-ids.ts'

/** Between two calls, in ms: the server shows a name for six seconds. */
const repeatMs = 4_000

/** Tells the others that the user is typing. */
export class TypingReporter {
  readonly #client: ObrolClient
  readonly #toldAt = new Map<ConversationId, number>()

  constructor(client: ObrolClient) {
    this.#client = client
  }

  typed(conversation: ConversationId): void {
    const now = performance.now()
    if (conversation === everyone) return
    if (now - (this.#toldAt.get(conversation) ?? -Infinity) < repeatMs) return
    this.#toldAt.set(conversation, now)
    // Nobody misses it.
    this.#client.conversations.typing(conversation).catch(() => {})
  }

  /** The next letter after a message tells it again. */
  sent(conversation: ConversationId): void {
    this.#toldAt.delete(conversation)
  }
}
