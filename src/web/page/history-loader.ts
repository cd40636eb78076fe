import { batch, type Signal, signal } from '@preact/signals'
import { type ObrolClient, ObrolError } from '../../client/index.ts'
import { addPage, type Chat, type Conversation, completeFromOf } from '../state/chat.ts'
import { type ConversationKey, room } from '../state/conversation-key.ts'

/** Messages in one page: when the app opens, and for older messages. */
const firstPageSize = 200
const olderPageSize = 100

/** The delay before the newest page is requested again after an error, in ms. */
const retryDelayMs = 5000

/** How many messages are read at most to find the unread ones. */
const maxUnreadScan = 1000

type OlderState = 'idle' | 'loading' | 'failed'

/** Loads pages of the history into the chat. */
export class HistoryLoader {
  /** Whether the newest page was loaded. */
  readonly isLoaded = signal(false)
  /** By conversation; `idle` if missing. */
  readonly olderStates = signal<ReadonlyMap<ConversationKey, OlderState>>(new Map())
  readonly #client: ObrolClient
  readonly #chat: Signal<Chat>
  readonly #onUnauthorized: () => void
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #loading = false
  #closed = false

  constructor(client: ObrolClient, chat: Signal<Chat>, onUnauthorized: () => void) {
    this.#client = client
    this.#chat = chat
    this.#onUnauthorized = onUnauthorized
  }

  /**
   * Loads the newest page, and older ones back to the first unread message. Call it when the stream
   * is live, so that no message is missed in between.
   */
  async loadNewest(): Promise<void> {
    if (this.isLoaded.value || this.#loading || this.#closed) return
    this.#loading = true
    try {
      for (let read = 0; read < maxUnreadScan; read += firstPageSize) {
        const { completeFrom: from, generation } = this.#chat.value
        const before = from === Infinity ? undefined : from
        const page = await this.#client.history({ limit: firstPageSize, before })
        if (generation !== this.#chat.value.generation) continue
        batch(() => {
          this.#chat.value = addPage(this.#chat.value, page)
          this.isLoaded.value = true
        })
        const roomConversation = this.#chat.value.conversations.get(room) as Conversation
        if (this.#chat.value.completeFrom <= roomConversation.read + 1) break
      }
    } catch (error) {
      this.#endIfUnauthorized(error)
      this.#retryTimer = setTimeout(() => void this.loadNewest(), retryDelayMs)
    }
    this.#loading = false
  }

  /** Whether the conversation may have messages before the loaded ones. */
  hasOlder(conversation: Conversation): boolean {
    return completeFromOf(this.#chat.value, conversation) > 0
  }

  /** Loads the page before the loaded messages of a conversation. */
  async loadOlder(key: ConversationKey): Promise<void> {
    const conversation = this.#chat.value.conversations.get(key)
    if (!conversation || !this.hasOlder(conversation)) return
    if (this.olderStates.value.get(key) === 'loading') return
    this.#setOlderState(key, 'loading')
    const { generation } = this.#chat.value
    const start = completeFromOf(this.#chat.value, conversation)
    const partner = key === room ? undefined : conversation.name
    try {
      const page = await this.#client.history({
        limit: olderPageSize,
        before: start === Infinity ? undefined : start,
        with: partner,
      })
      // After a reset the page may be void.
      if (generation === this.#chat.value.generation)
        this.#chat.value = addPage(this.#chat.value, page, partner)
      this.#setOlderState(key, 'idle')
    } catch (error) {
      this.#setOlderState(key, 'failed')
      this.#endIfUnauthorized(error)
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retryTimer)
  }

  #setOlderState(key: ConversationKey, state: OlderState): void {
    this.olderStates.value = new Map(this.olderStates.value).set(key, state)
  }

  #endIfUnauthorized(error: unknown): void {
    if (error instanceof ObrolError && error.code === 'unauthorized') this.#onUnauthorized()
  }
}
