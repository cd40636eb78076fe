import type { ObrolClient } from '../../client/index.ts'
import type { ConversationId } from '../../client/state/index.ts'

/** Between two calls for one conversation, in ms: a busy room is read in larger steps. */
const pauseMs = 400

/** Tells the server how far the user has read. The event `read` then moves the marker here. */
export class ReadReporter {
  readonly #client: ObrolClient
  readonly #reported = new Map<ConversationId, number>()
  /** Conversations with a call under way, or a pause after it. */
  readonly #busy = new Set<ConversationId>()

  constructor(client: ObrolClient) {
    this.#client = client
  }

  /** @param upTo the id of the newest message that the user has seen */
  report(conversation: ConversationId, upTo: number): void {
    // Its event is on the way. Not a lower id: the log may have gone back.
    if (this.#reported.get(conversation) === upTo) return
    this.#reported.set(conversation, upTo)
    if (!this.#busy.has(conversation)) void this.#send(conversation, upTo)
  }

  async #send(conversation: ConversationId, upTo: number): Promise<void> {
    this.#busy.add(conversation)
    try {
      await this.#client.conversations.read(conversation, upTo)
    } catch {
      // Told again with the next message, or when the conversation is shown again.
      this.#reported.delete(conversation)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    this.#busy.delete(conversation)
    const latest = this.#reported.get(conversation)
    if (latest !== undefined && latest !== upTo) void this.#send(conversation, latest)
  }
}
