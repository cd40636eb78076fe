import { computed, signal } from '@preact/signals'
import type { LoggedIn } from '../../client/index.ts'
import { ObrolClient, ObrolError } from '../../client/index.ts'
import {
  type ChatMessage,
  type ConversationId,
  roomOf,
  type StateEvent,
  sortedConversations,
} from '../../client/state/index.ts'
import type { ConnectionState, EndReason, MessageFromStream } from '../shared-stream/protocol.ts'
import { personConversation } from '../state/conversation-ids.ts'
import { answerAsks } from './answer-asks.ts'
import { ChatStore } from './chat-store.ts'
import { Compositions } from './compositions.ts'
import { connectStream, type StreamHandle } from './connect-stream.ts'
import { Drafts } from './drafts.ts'
import { showNotice } from './notices.ts'
import { Notifier } from './notifier.ts'
import { Outbox } from './outbox.ts'
import { ReadReporter } from './read-reporter.ts'
import { TypingReporter } from './typing-reporter.ts'

/** The part of a login that is stored for the next visit. */
export type StoredSession = Pick<LoggedIn, 'token' | 'user'>

/** The page's state from signing in to signing out. */
export class ChatSession {
  readonly me: string
  readonly client: ObrolClient
  readonly store: ChatStore
  readonly connection = signal<ConnectionState>({ state: 'connecting' })
  /** The messages that came last, for the announcer. */
  readonly newMessages = signal<readonly ChatMessage[]>([])
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly compositions = new Compositions()
  readonly reads: ReadReporter
  readonly typing: TypingReporter
  readonly notifier: Notifier
  readonly isLive
  readonly conversations
  /** Of all conversations that are not muted. */
  readonly unreadCount
  /** Empty while the connection is lost, because nobody knows it then. */
  readonly online
  readonly #onEnd: (reason: EndReason) => void
  readonly #stream: StreamHandle
  #closed = false

  /** @param onEnd called once, when the session ends */
  constructor(stored: StoredSession, onEnd: (reason: EndReason) => void) {
    const server = new URL('.', document.baseURI).href
    this.#onEnd = onEnd
    this.me = stored.user.username
    this.client = new ObrolClient(server, { token: stored.token })
    const get = answerAsks(server, stored.token)
    this.store = new ChatStore(this.me, (path) => get(path).catch((error) => this.#onError(error)))
    this.drafts = new Drafts(this.me)
    this.outbox = new Outbox(this.me, this.client, this.store)
    this.reads = new ReadReporter(this.client)
    this.typing = new TypingReporter(this.client)
    this.notifier = new Notifier(this.me, this.store)
    this.isLive = computed(() => this.connection.value.state === 'live')
    this.conversations = computed(() => sortedConversations(this.store.state.value))
    this.unreadCount = computed(() =>
      this.conversations.value.reduce((all, { unread, muted }) => all + (muted ? 0 : unread), 0),
    )
    this.online = computed(() =>
      this.isLive.value ? this.store.state.value.online.names : new Set<string>(),
    )
    this.#stream = connectStream(server, stored.token, (message) => this.#onStreamMessage(message))
  }

  /** Undefined if it is not held: the user is not in it, as far as is known. */
  conversation(id: ConversationId) {
    return this.store.state.value.conversations.get(id)
  }

  /**
   * The id of the conversation with a user, in the way in which they write their name.
   *
   * @throws {ObrolError} `unknown-recipient` and others
   */
  async findPerson(typed: string): Promise<ConversationId> {
    return (await this.client.conversations.get(personConversation(typed))).id
  }

  /** Shows a conversation. A room that is not held, once all are listed, is one that the user is not in. */
  open(id: ConversationId): void {
    const { conversations, listing } = this.store.state.peek()
    const held = conversations.get(id)
    if (held?.opened || (roomOf(id) !== undefined && !held && listing.complete)) return
    this.store.dispatch({ type: 'open', conversation: id })
  }

  close(id: ConversationId): void {
    this.store.dispatch({ type: 'close', conversation: id })
  }

  /**
   * Carries out what the user asked for, and shows an error if it fails.
   *
   * @returns whether it was carried out
   */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      showNotice(error)
      this.#endIfUnauthorized(error)
      return false
    }
  }

  async edit(id: number, text: string): Promise<boolean> {
    const since = this.store.state.peek().place
    return this.attempt(async () => {
      const message = await this.client.editMessage(id, { text })
      this.store.dispatch({ type: 'sent', message, since })
    })
  }

  async mute(id: ConversationId, muted: boolean): Promise<void> {
    if (await this.attempt(() => this.client.conversations.mute(id, muted)))
      this.store.dispatch({ type: 'refresh', conversation: id })
  }

  reconnectNow(): void {
    this.#stream.reconnectNow()
  }

  /** @throws {ObrolError} if the server could not be reached; the user is still signed in then */
  async signOut(): Promise<void> {
    await this.client.logout()
    this.#end('logged-out')
  }

  /** Disconnects; the session stays valid. */
  disconnect(): void {
    this.#closed = true
    this.#stream.close()
    this.store.close()
    this.outbox.close()
    this.drafts.close()
    this.notifier.close()
  }

  #onError(error: unknown): never {
    this.#endIfUnauthorized(error)
    throw error
  }

  #onStreamMessage(message: MessageFromStream): void {
    switch (message.type) {
      case 'events':
        this.#onEvents(message.events)
        return
      case 'connection':
        this.connection.value = message.connection
        if (message.connection.state === 'live') {
          this.store.retryNow()
          this.outbox.retryFailed()
        }
        return
      case 'ended':
        this.#end(message.reason)
    }
  }

  #onEvents(events: readonly StateEvent[]): void {
    const { place } = this.store.state.peek()
    const now = performance.now()
    this.store.dispatch(...events.map((event) => ({ type: 'event', event, now }) as const))
    const fresh = events.flatMap((event) =>
      event.type === 'message' && event.message.id > place.id && event.message.from !== this.me
        ? [event.message]
        : [],
    )
    // What was said before the page was opened is not news.
    if (place.resets === 0 || fresh.length === 0) return
    this.newMessages.value = fresh
    this.notifier.onMessages(fresh)
  }

  #endIfUnauthorized(error: unknown): void {
    if (error instanceof ObrolError && error.code === 'unauthorized') this.#end('unauthorized')
  }

  /** Responses may still come after the end. */
  #end(reason: EndReason): void {
    if (this.#closed) return
    this.disconnect()
    this.#onEnd(reason)
  }
}
