import { setTimeout as delay } from 'node:timers/promises'
import {
  type Action,
  type Ask,
  type ChatMessage,
  type ChatState,
  type ConversationId,
  initialState,
  reduce,
  sortedConversations,
  streamEvent,
} from '../../../src/client/state/index.ts'
import type { Answer, Person } from './caller.ts'
import { Chain } from './chain.ts'
import type { Door } from './site.ts'

/** A page has no fewer. */
const newest = 40

/** A client that shows a chat: `obrol/client/state`, with a stream and with answers to what it asks. */
export class Screen {
  readonly person: Person
  state: ChatState
  readonly #door: Door
  /** The ids of asks that are under way. */
  readonly #asked = new Set<number>()
  #chain: Chain | undefined

  constructor(door: Door, person: Person) {
    this.#door = door
    this.person = person
    this.state = initialState(person.username, { online: 0 })
  }

  /** Opens its stream where the first answer says, and comes back whenever that ends. */
  async open(): Promise<this> {
    this.#ask()
    while (this.state.cursor === undefined) await delay(5)
    this.#chain = new Chain(this.#door, this.person, {
      cursor: this.state.cursor,
      onEvent: ({ event, id, data }) => {
        const known = streamEvent(event, data, id)
        if (known) this.#dispatch({ type: 'event', event: known, now: performance.now() })
      },
    }).open()
    return this
  }

  /** Its stream is cut, and it does not come back before `comeBack`. */
  async goAway(): Promise<void> {
    await this.#chain?.close()
  }

  comeBack(): void {
    this.#chain?.open()
  }

  /** Opens everything that is listed and these, but what is open already. */
  showAll(...others: readonly ConversationId[]): void {
    for (const conversation of [...this.state.conversations.keys(), ...others])
      if (!this.state.conversations.get(conversation)?.opened)
        this.#dispatch({ type: 'open', conversation })
  }

  /** A post or an edit: what it answers is shown at once. */
  async send(method: 'POST' | 'PATCH', path: string, text: string, to?: string): Promise<Answer> {
    const since = this.state.place
    const body = { text, ...(to !== undefined && { to, whenOffline: 'keep' }) }
    const answer = await this.#door.call(method, path, { person: this.person, body })
    if (answer.status < 300)
      this.#dispatch({ type: 'sent', message: answer.body as ChatMessage, since })
    return answer
  }

  /** Resolves once its stream has come to an id, and all that it asked is answered. */
  async settled(id: number): Promise<void> {
    const chain = this.#chain as Chain
    await chain.until(() => chain.live && chain.position >= id, `${this.person.username} at ${id}`)
    const until = Date.now() + 20_000
    while (this.state.asks.length > 0) {
      if (Date.now() > until) throw new Error(`${JSON.stringify(this.state.asks)} is not answered`)
      await delay(5)
    }
  }

  /** What is shown of each conversation, in their order, with the newest of its messages. */
  get shown() {
    return sortedConversations(this.state).map(({ last, messages, room, members, ...listed }) => {
      const { id, title, lastId, readUpTo, unread, mentioned } = listed
      return {
        ...{ id, title, lastId, readUpTo, unread, mentioned },
        last: last && { id: last.id, text: last.text, from: last.from },
        messages: messages
          .slice(-newest)
          .map(({ id, from, text, reactions }) => ({ id, from, text, reactions })),
        room: room && { title: room.title, role: room.role, memberCount: room.memberCount },
        members: [...(members?.values() ?? [])]
          .map(({ username, role }) => `${username} ${role}`)
          .sort(),
      }
    })
  }

  #dispatch(action: Action): void {
    this.state = reduce(this.state, action)
    this.#ask()
  }

  #ask(): void {
    for (const ask of this.state.asks) if (!this.#asked.has(ask.id)) this.#answer(ask)
  }

  async #answer(ask: Ask): Promise<void> {
    this.#asked.add(ask.id)
    const { status, body } = await this.#door
      .call('GET', ask.path, { person: this.person })
      .catch(() => ({ status: 0, body: undefined }))
    if (status === 200) this.#dispatch({ type: 'answer', ask, body })
    else if (status === 403 || status === 404)
      this.#dispatch({ type: 'answer', ask, body: undefined })
    else await delay(20)
    this.#asked.delete(ask.id)
    this.#ask()
  }
}
