import { batch, computed, effect, signal } from '@preact/signals'
import type { LoggedIn, Message } from '../../client/index.ts'
import { ObrolClient, ObrolError } from '../../client/index.ts'
import type { EndReason, FromLine, LineState } from '../line/protocol.ts'
import {
  addPage,
  applyReset,
  type Chat,
  type Conversation,
  emptyChat,
  inOrder,
  type Marks,
  markRead,
  marksOf,
  receive,
  shorten,
  startOf,
  unread,
  withConversation,
} from '../state/chat.ts'
import { type ConversationKey, foldName, room } from '../state/conversations.ts'
import { nobody } from '../state/people.ts'
import { type Connection, connect } from './connect.ts'
import { Drafts } from './drafts.ts'
import { Mail } from './mail.ts'
import { keep, onKeptElsewhere, recall } from './storage.ts'

/** How many messages are read at once: as the page opens, and on the way up. */
const firstPage = 200
const olderPage = 100

/** How many messages of the room are kept at least while one is at its end. */
const mostHeld = 2000

/** How long before the history is asked for again as the page opens, in ms. */
const openAgainMs = 5000

/** How many messages the page reads at most to count what was not read. */
const mostUnread = 1000

/** How the history before what is shown is: at rest, on its way, or refused. */
type Older = 'idle' | 'loading' | 'failed'

/** What is kept of a session from one visit to the next. */
export type Session = Pick<LoggedIn, 'token' | 'user'>

/** One person's time on the page, from signing in to signing out. */
export class Visit {
  readonly me: string
  readonly client: ObrolClient
  readonly chat
  readonly line = signal<LineState>({ state: 'connecting' })
  readonly people = signal(nobody)
  /** Whether the newest of the history was read. */
  readonly opened = signal(false)
  readonly older = signal<ReadonlyMap<ConversationKey, Older>>(new Map())
  /** What came in last, to be read out. */
  readonly arrived = signal<readonly Message[]>([])
  readonly mail: Mail
  readonly drafts: Drafts
  readonly inOrder
  readonly unread
  readonly online
  readonly #onEnd: (reason: EndReason) => void
  readonly #connection: Connection
  readonly #ends: (() => void)[] = []
  #openAgain: ReturnType<typeof setTimeout> | undefined
  #opening = false
  #over = false

  /** @param onEnd called once, when the session is over */
  constructor(session: Session, onEnd: (reason: EndReason) => void) {
    const server = new URL('.', document.baseURI).href
    this.me = session.user.username
    this.client = new ObrolClient(server, { token: session.token })
    this.chat = signal<Chat>(emptyChat(this.me, this.#kept()))
    this.drafts = new Drafts(this.me)
    this.mail = new Mail(this.me, this.client, (messages) => this.#receive(messages))
    this.inOrder = computed(() => inOrder(this.chat.value))
    this.unread = computed(() =>
      this.inOrder.value.reduce((all, held) => all + unread(this.chat.value, held), 0),
    )
    // Under a lost connection nobody knows.
    this.online = computed(
      () => new Set(this.line.value.state === 'live' ? this.people.value.names.map(foldName) : []),
    )
    this.#onEnd = onEnd
    this.#connection = connect(server, session.token, (message) => this.#take(message))
    this.#ends.push(
      effect(() => keep(`marks.${this.me}`, marksOf(this.chat.value))),
      onKeptElsewhere(`marks.${this.me}`, () => this.#readElsewhere()),
    )
  }

  /** The conversation that is known by `key`, which may not have begun. */
  conversation(key: ConversationKey, name: string): Conversation {
    const held = this.chat.value.conversations.get(key)
    return held ?? { key, name, messages: [], from: Infinity, read: 0 }
  }

  /** Whether there may be more before what is shown. */
  hasOlder(held: Conversation): boolean {
    return startOf(this.chat.value, held) > 0
  }

  /**
   * Begins the conversation with someone, if there is such a person.
   *
   * @returns their name
   * @throws {ObrolError} `unknown-recipient` and others
   */
  async find(typed: string): Promise<string> {
    const key = foldName(typed)
    const { messages } = await this.client.history({ with: typed, limit: 1 })
    const written = messages[0]?.kind === 'direct' ? messages[0] : undefined
    const seen = [this.me, ...this.people.value.names, written?.from, written?.to]
    const name = seen.find((one) => one !== undefined && foldName(one) === key) ?? typed
    this.chat.value = withConversation(this.chat.value, name)
    return name
  }

  /** Reads what was said before what is held of a conversation. */
  async readOlder(key: ConversationKey): Promise<void> {
    const held = this.chat.value.conversations.get(key)
    const direct = key !== room
    if (!held || !this.hasOlder(held) || this.older.value.get(key) === 'loading') return
    this.#setOlder(key, 'loading')
    const { era } = this.chat.value
    const start = startOf(this.chat.value, held)
    try {
      const page = await this.client.history({
        limit: olderPage,
        before: start === Infinity ? undefined : start,
        with: direct ? held.name : undefined,
      })
      // The log has turned meanwhile: what was asked for may be void.
      if (era === this.chat.value.era)
        this.chat.value = addPage(this.chat.value, page, direct ? held.name : undefined)
      this.#setOlder(key, 'idle')
    } catch (error) {
      this.#setOlder(key, 'failed')
      this.#judge(error)
    }
  }

  /** All that is there of a conversation was seen. */
  markRead(key: ConversationKey): void {
    const newest = this.chat.value.conversations.get(key)?.messages.at(-1)
    if (!newest) return
    const chat = markRead(this.chat.value, key, newest.id)
    this.chat.value = key === room ? shorten(chat, mostHeld) : chat
  }

  /** There is reason to think that the network is back. */
  hurry(): void {
    this.#connection.hurry()
  }

  /** @throws {ObrolError} where the server could not be told; then one is still signed in */
  async signOut(): Promise<void> {
    await this.client.logout()
    this.#end('logged-out')
  }

  /** Leaves the line; the session goes on. */
  leave(): void {
    this.#over = true
    this.#connection.close()
    this.mail.close()
    this.drafts.close()
    clearTimeout(this.#openAgain)
    for (const end of this.#ends.splice(0)) end()
  }

  #take(message: FromLine): void {
    switch (message.type) {
      case 'messages':
        this.#hear(message.messages)
        return
      case 'people':
        this.people.value = message.people
        return
      case 'reset':
        batch(() => {
          this.chat.value = applyReset(this.chat.value, message.reset, message.messages)
          this.#hear(message.messages)
        })
        return
      case 'line':
        this.line.value = message.line
        if (message.line.state === 'live') {
          void this.#open()
          this.mail.sendAgain()
        }
        return
      case 'ended':
        this.#end(message.reason)
    }
  }

  #hear(messages: readonly Message[]): void {
    this.#receive(messages)
    if (this.opened.value && messages.length > 0) this.arrived.value = messages
  }

  #receive(messages: readonly Message[]): void {
    this.chat.value = receive(this.chat.value, messages)
  }

  /**
   * Reads the newest of the history, once the line is live: from then on the line tells what comes,
   * so nothing is missed in between. Then as far back as something may not have been read.
   */
  async #open(): Promise<void> {
    if (this.opened.value || this.#opening || this.#over) return
    this.#opening = true
    try {
      for (let read = 0; read < mostUnread; read += firstPage) {
        const { from, era } = this.chat.value
        const before = from === Infinity ? undefined : from
        const page = await this.client.history({ limit: firstPage, before })
        if (era !== this.chat.value.era) continue
        batch(() => {
          this.chat.value = addPage(this.chat.value, page)
          this.opened.value = true
        })
        const lobby = this.chat.value.conversations.get(room) as Conversation
        if (this.chat.value.from <= lobby.read + 1) break
      }
    } catch (error) {
      this.#judge(error)
      this.#openAgain = setTimeout(() => void this.#open(), openAgainMs)
    }
    this.#opening = false
  }

  #setOlder(key: ConversationKey, state: Older): void {
    this.older.value = new Map(this.older.value).set(key, state)
  }

  #judge(error: unknown): void {
    if (error instanceof ObrolError && error.code === 'unauthorized') this.#end('unauthorized')
  }

  #kept(): Marks {
    return recall<Marks>(`marks.${this.me}`) ?? {}
  }

  #readElsewhere(): void {
    let chat = this.chat.value
    for (const [key, { name, read }] of Object.entries(this.#kept())) {
      if (key !== room) chat = withConversation(chat, name)
      chat = markRead(chat, key, read)
    }
    this.chat.value = chat
  }

  /** What was asked before the end may be answered after it. */
  #end(reason: EndReason): void {
    if (this.#over) return
    this.leave()
    this.#onEnd(reason)
  }
}
