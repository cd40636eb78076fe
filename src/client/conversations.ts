import type { ApiAccess } from './api-access.ts'
import { isConversation, isConversationPage, isNull } from './guards.ts'
import type {
  ConversationId,
  ConversationPage,
  ConversationSummary,
} from './state/contract-types.ts'
import type { CallOptions, ConversationsOptions } from './types.ts'

/**
 * The calls of the user's conversations: `client.conversations`. One is meant by its id: `everyone`,
 * `room:<name>` or `direct:<username>`.
 */
export class Conversations {
  readonly #api: ApiAccess

  /** @internal */
  constructor(api: ApiAccess) {
    this.#api = api
  }

  /** A page of the conversations, the one with the newest message first. */
  list({ limit, before, ...options }: ConversationsOptions = {}): Promise<ConversationPage> {
    const query = { limit, before: before && `${before.lastId},${before.id}` }
    return this.#api.call('GET', ['conversations'], isConversationPage, options, { query })
  }

  /** One conversation, also with someone to whom nothing was said yet. */
  get(id: ConversationId, options: CallOptions = {}): Promise<ConversationSummary> {
    return this.#api.call('GET', ['conversations', id], isConversation, options)
  }

  /** Sets whether the user wants no notices of it, on all devices. Its messages still come. */
  mute(
    id: ConversationId,
    muted: boolean,
    options: CallOptions = {},
  ): Promise<ConversationSummary> {
    const more = { body: { muted } }
    return this.#api.call('PATCH', ['conversations', id], isConversation, options, more)
  }

  /**
   * Marks it as read. A marker never goes back.
   *
   * @param upTo the id of a message, or a cursor. Error: `stale-cursor`
   */
  async read(id: ConversationId, upTo: number | string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('PUT', ['conversations', id, 'read'], isNull, options, { body: { upTo } })
  }

  /**
   * Tells the others that the user is typing, which is shown for 6 s: call it again every few
   * seconds. Not for `everyone`. It is not retried: it would come too late.
   */
  async typing(id: ConversationId, options: CallOptions = {}): Promise<void> {
    const more = { shouldRetry: () => false }
    await this.#api.call('POST', ['conversations', id, 'typing'], isNull, options, more)
  }
}
