import type { ObrolClient } from '../../client/index.ts'
import type { ConversationId } from '../../client/state/index.ts'

/** Between two calls, in ms: a busy room is read in larger steps. */
const pauseMs = 400

/** Tells the server how far the user has read. The event `read` then moves the marker here. */
export class ReadReporter {
  readonly #client: ObrolClient
  readonly #reported = new Map<ConversationId, number>()
  readonly #wanted = new Map<ConversationId, number>()
  #running = false

  constructor(client: ObrolClient) {
    this.#client = client
  }

  /** @param upTo the id of the newest message that the user has seen */
  report(conversation: ConversationId, upTo: number): void {
    // Its event is on the way. Not a lower id: the log may have gone back.
    if (this.#reported.get(conversation) === upTo) return
    this.#reported.set(conversation, upTo)
    this.#wanted.set(conversation, upTo)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    for (const [conversation, upTo] of this.#wanted) {
      this.#wanted.delete(conversation)
      try {
        await this.#client.conversations.read(conversation, upTo)
      } catch {
        // Told again with the next message, or when the conversation is shown again.
        this.#reported.delete(conversation)
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    this.#running = false
  }
}
