import { batch, computed, effect, signal } from '@preact/signals'
import type { LoggedIn, Message } from '../../client/index.ts'
import { ObrolClient, ObrolError } from '../../client/index.ts'
import type { ConnectionState, EndReason, MessageFromStream } from '../shared-stream/protocol.ts'
import {
  addMessages,
  addPage,
  applyReset,
  type Chat,
  type Conversation,
  completeFromOf,
  emptyChat,
  markRead,
  type ReadMarkers,
  readMarkersOf,
  sortedConversations,
  trimRoom,
  unreadCount,
  withConversation,
} from '../state/chat.ts'
import { type ConversationKey, foldName, room } from '../state/conversations.ts'
import { noUsers } from '../state/online-users.ts'
import { connectStream, type StreamHandle } from './connect-stream.ts'
import { Drafts } from './drafts.ts'
import { Outbox } from './outbox.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** How many messages are read at once: as the page opens, and on the way up. */
const firstPageSize = 200
const olderPageSize = 100

/** How many messages of the room are kept at least while one is at its end. */
const maxRoomMessages = 2000

/** How long before the history is asked for again as the page opens, in ms. */
const reloadDelayMs = 5000

/** How many messages the page reads at most to count what was not read. */
const maxUnreadScan = 1000

/** How the history before what is shown is: at rest, on its way, or refused. */
type OlderState = 'idle' | 'loading' | 'failed'

/** What is kept of a session from one visit to the next. */
export type StoredSession = Pick<LoggedIn, 'token' | 'user'>

/** One person's time on the page, from signing in to signing out. */
export class ChatSession {
  readonly me: string
  readonly client: ObrolClient
  readonly chat
  readonly connection = signal<ConnectionState>({ state: 'connecting' })
  readonly onlineUsers = signal(noUsers)
  /** Whether the newest of the history was read. */
  readonly isLoaded = signal(false)
  readonly olderStates = signal<ReadonlyMap<ConversationKey, OlderState>>(new Map())
  /** What came in last, to be read out. */
  readonly newMessages = signal<readonly Message[]>([])
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly conversations
  readonly unreadCount
  readonly onlineKeys
  readonly #onEnd: (reason: EndReason) => void
  readonly #stream: StreamHandle
  readonly #disposers: (() => void)[] = []
  #reloadTimer: ReturnType<typeof setTimeout> | undefined
  #loading = false
  #closed = false

  /** @param onEnd called once, when the session is over */
  constructor(stored: StoredSession, onEnd: (reason: EndReason) => void) {
    const server = new URL('.', document.baseURI).href
    this.me = stored.user.username
    this.client = new ObrolClient(server, { token: stored.token })
    this.chat = signal<Chat>(emptyChat(this.me, this.#loadReadMarkers()))
    this.drafts = new Drafts(this.me)
    this.outbox = new Outbox(this.me, this.client, (messages) => this.#addMessages(messages))
    this.conversations = computed(() => sortedConversations(this.chat.value))
    this.unreadCount = computed(() =>
      this.conversations.value.reduce((all, held) => all + unreadCount(this.chat.value, held), 0),
    )
    // Under a lost connection nobody knows.
    this.onlineKeys = computed(
      () =>
        new Set(
          this.connection.value.state === 'live' ? this.onlineUsers.value.names.map(foldName) : [],
        ),
    )
    this.#onEnd = onEnd
    this.#stream = connectStream(server, stored.token, (message) => this.#onStreamMessage(message))
    this.#disposers.push(
      effect(() => save(`marks.${this.me}`, readMarkersOf(this.chat.value))),
      onChangedElsewhere(`marks.${this.me}`, () => this.#applyReadMarkers()),
    )
  }

  /** The conversation that is known by `key`, which may not have begun. */
  conversation(key: ConversationKey, name: string): Conversation {
    const held = this.chat.value.conversations.get(key)
    return held ?? { key, name, messages: [], completeFrom: Infinity, read: 0 }
  }

  /** Whether there may be more before what is shown. */
  hasOlder(held: Conversation): boolean {
    return completeFromOf(this.chat.value, held) > 0
  }

  /**
   * Begins the conversation with someone, if there is such a person.
   *
   * @returns their name
   * @throws {ObrolError} `unknown-recipient` and others
   */
  async findUser(typed: string): Promise<string> {
    const key = foldName(typed)
    const { messages } = await this.client.history({ with: typed, limit: 1 })
    const written = messages[0]?.kind === 'direct' ? messages[0] : undefined
    const seen = [this.me, ...this.onlineUsers.value.names, written?.from, written?.to]
    const name = seen.find((one) => one !== undefined && foldName(one) === key) ?? typed
    this.chat.value = withConversation(this.chat.value, name)
    return name
  }

  /** Reads what was said before what is held of a conversation. */
  async loadOlder(key: ConversationKey): Promise<void> {
    const held = this.chat.value.conversations.get(key)
    const direct = key !== room
    if (!held || !this.hasOlder(held) || this.olderStates.value.get(key) === 'loading') return
    this.#setOlderState(key, 'loading')
    const { generation } = this.chat.value
    const start = completeFromOf(this.chat.value, held)
    try {
      const page = await this.client.history({
        limit: olderPageSize,
        before: start === Infinity ? undefined : start,
        with: direct ? held.name : undefined,
      })
      // The log has turned meanwhile: what was asked for may be void.
      if (generation === this.chat.value.generation)
        this.chat.value = addPage(this.chat.value, page, direct ? held.name : undefined)
      this.#setOlderState(key, 'idle')
    } catch (error) {
      this.#setOlderState(key, 'failed')
      this.#endIfUnauthorized(error)
    }
  }

  /** All that is there of a conversation was seen. */
  markRead(key: ConversationKey): void {
    const newest = this.chat.value.conversations.get(key)?.messages.at(-1)
    if (!newest) return
    const chat = markRead(this.chat.value, key, newest.id)
    this.chat.value = key === room ? trimRoom(chat, maxRoomMessages) : chat
  }

  /** There is reason to think that the network is back. */
  reconnectNow(): void {
    this.#stream.reconnectNow()
  }

  /** @throws {ObrolError} where the server could not be told; then one is still signed in */
  async signOut(): Promise<void> {
    await this.client.logout()
    this.#end('logged-out')
  }

  /** Leaves the line; the session goes on. */
  close(): void {
    this.#closed = true
    this.#stream.close()
    this.outbox.close()
    this.drafts.close()
    clearTimeout(this.#reloadTimer)
    for (const end of this.#disposers.splice(0)) end()
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
          void this.#loadNewest()
          this.outbox.retryFailed()
        }
        return
      case 'ended':
        this.#end(message.reason)
    }
  }

  #onMessages(messages: readonly Message[]): void {
    this.#addMessages(messages)
    if (this.isLoaded.value && messages.length > 0) this.newMessages.value = messages
  }

  #addMessages(messages: readonly Message[]): void {
    this.chat.value = addMessages(this.chat.value, messages)
  }

  /**
   * Reads the newest of the history, once the line is live: from then on the line tells what comes,
   * so nothing is missed in between. Then as far back as something may not have been read.
   */
  async #loadNewest(): Promise<void> {
    if (this.isLoaded.value || this.#loading || this.#closed) return
    this.#loading = true
    try {
      for (let read = 0; read < maxUnreadScan; read += firstPageSize) {
        const { completeFrom: from, generation } = this.chat.value
        const before = from === Infinity ? undefined : from
        const page = await this.client.history({ limit: firstPageSize, before })
        if (generation !== this.chat.value.generation) continue
        batch(() => {
          this.chat.value = addPage(this.chat.value, page)
          this.isLoaded.value = true
        })
        const roomConversation = this.chat.value.conversations.get(room) as Conversation
        if (this.chat.value.completeFrom <= roomConversation.read + 1) break
      }
    } catch (error) {
      this.#endIfUnauthorized(error)
      this.#reloadTimer = setTimeout(() => void this.#loadNewest(), reloadDelayMs)
    }
    this.#loading = false
  }

  #setOlderState(key: ConversationKey, state: OlderState): void {
    this.olderStates.value = new Map(this.olderStates.value).set(key, state)
  }

  #endIfUnauthorized(error: unknown): void {
    if (error instanceof ObrolError && error.code === 'unauthorized') this.#end('unauthorized')
  }

  #loadReadMarkers(): ReadMarkers {
    return load<ReadMarkers>(`marks.${this.me}`) ?? {}
  }

  #applyReadMarkers(): void {
    let chat = this.chat.value
    for (const [key, { name, read }] of Object.entries(this.#loadReadMarkers())) {
      if (key !== room) chat = withConversation(chat, name)
      chat = markRead(chat, key, read)
    }
    this.chat.value = chat
  }

  /** What was asked before the end may be answered after it. */
  #end(reason: EndReason): void {
    if (this.#closed) return
    this.close()
    this.#onEnd(reason)
  }
}
