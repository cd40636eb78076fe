import { batch, computed, signal } from '@preact/signals'
import type { LoggedIn, Message } from '../../client/index.ts'
import { ObrolClient } from '../../client/index.ts'
import type { ConnectionState, EndReason, MessageFromStream } from '../shared-stream/protocol.ts'
import {
  addMessages,
  applyReset,
  type Chat,
  type Conversation,
  emptyChat,
  markRead,
  sortedConversations,
  trimRoom,
  unreadCount,
  withConversation,
} from '../state/chat.ts'
import { type ConversationKey, foldName, room } from '../state/conversation-key.ts'
import { noUsers } from '../state/online-users.ts'
import { connectStream, type StreamHandle } from './connect-stream.ts'
import { Drafts } from './drafts.ts'
import { HistoryLoader } from './history-loader.ts'
import { Outbox } from './outbox.ts'
import { loadReadMarkers, syncReadMarkers } from './read-markers.ts'

/** How many messages of the room are kept at least while the reader is at its end. */
const maxRoomMessages = 2000

/** The part of a login that is stored for the next visit. */
export type StoredSession = Pick<LoggedIn, 'token' | 'user'>

/** The page's state from signing in to signing out. */
export class ChatSession {
  readonly me: string
  readonly client: ObrolClient
  readonly chat
  readonly connection = signal<ConnectionState>({ state: 'connecting' })
  readonly onlineUsers = signal(noUsers)
  /** The messages that came last, for the announcer. */
  readonly newMessages = signal<readonly Message[]>([])
  readonly history: HistoryLoader
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly conversations
  readonly unreadCount
  readonly onlineKeys
  readonly #onEnd: (reason: EndReason) => void
  readonly #stream: StreamHandle
  readonly #stopReadMarkers: () => void
  #closed = false

  /** @param onEnd called once, when the session ends */
  constructor(stored: StoredSession, onEnd: (reason: EndReason) => void) {
    const server = new URL('.', document.baseURI).href
    this.me = stored.user.username
    this.client = new ObrolClient(server, { token: stored.token })
    this.chat = signal<Chat>(emptyChat(this.me, loadReadMarkers(this.me)))
    this.history = new HistoryLoader(this.client, this.chat, () => this.#end('unauthorized'))
    this.drafts = new Drafts(this.me)
    this.outbox = new Outbox(this.me, this.client, (messages) => this.#addMessages(messages))
    this.conversations = computed(() => sortedConversations(this.chat.value))
    this.unreadCount = computed(() =>
      this.conversations.value.reduce((all, each) => all + unreadCount(this.chat.value, each), 0),
    )
    // Empty while the connection is lost, because the users are not known then.
    this.onlineKeys = computed(
      () =>
        new Set(
          this.connection.value.state === 'live' ? this.onlineUsers.value.names.map(foldName) : [],
        ),
    )
    this.#onEnd = onEnd
    this.#stream = connectStream(server, stored.token, (message) => this.#onStreamMessage(message))
    this.#stopReadMarkers = syncReadMarkers(this.me, this.chat)
  }

  /** A conversation without messages if there is none with this key. */
  conversation(key: ConversationKey, name: string): Conversation {
    const known = this.chat.value.conversations.get(key)
    return known ?? { key, name, messages: [], completeFrom: Infinity, read: 0 }
  }

  /**
   * Adds a conversation with a user.
   *
   * @returns the name as the user writes it, if that is known
   * @throws {ObrolError} `unknown-recipient` and others
   */
  async findUser(typed: string): Promise<string> {
    const key = foldName(typed)
    const { messages } = await this.client.history({ with: typed, limit: 1 })
    const direct = messages[0]?.kind === 'direct' ? messages[0] : undefined
    const names = [this.me, ...this.onlineUsers.value.names, direct?.from, direct?.to]
    const name = names.find((each) => each !== undefined && foldName(each) === key) ?? typed
    this.chat.value = withConversation(this.chat.value, name)
    return name
  }

  /** Marks all loaded messages of a conversation as read. */
  markRead(key: ConversationKey): void {
    const newest = this.chat.value.conversations.get(key)?.messages.at(-1)
    if (!newest) return
    const chat = markRead(this.chat.value, key, newest.id)
    this.chat.value = key === room ? trimRoom(chat, maxRoomMessages) : chat
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
  close(): void {
    this.#closed = true
    this.#stream.close()
    this.history.close()
    this.outbox.close()
    this.drafts.close()
    this.#stopReadMarkers()
  }

  #onStreamMessage(message: MessageFromStream): void {
    switch (message.type) {
      case 'messages':
        this.#onMessages(message.messages)
        return
      case 'online-users':
        this.onlineUsers.value = message.onlineUsers
        return
      case 'reset':
        batch(() => {
          this.chat.value = applyReset(this.chat.value, message.reset, message.messages)
          this.#onMessages(message.messages)
        })
        return
      case 'connection':
        this.connection.value = message.connection
        if (message.connection.state === 'live') {
          void this.history.loadNewest()
          this.outbox.retryFailed()
        }
        return
      case 'ended':
        this.#end(message.reason)
    }
  }

  #onMessages(messages: readonly Message[]): void {
    this.#addMessages(messages)
    if (this.history.isLoaded.value && messages.length > 0) this.newMessages.value = messages
  }

  #addMessages(messages: readonly Message[]): void {
    this.chat.value = addMessages(this.chat.value, messages)
  }

  /** Responses may still come after the end. */
  #end(reason: EndReason): void {
    if (this.#closed) return
    this.close()
    this.#onEnd(reason)
  }
}
