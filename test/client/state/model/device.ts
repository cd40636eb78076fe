import {
  type Action,
  type Ask,
  type Bounds,
  type ChatMessage,
  type ChatState,
  initialState,
  type Place,
  reduce,
} from '../../../../src/client/state/index.ts'
import type { Random } from './random.ts'
import type { ModelServer } from './server.ts'
import { ModelStream } from './stream.ts'

interface Request {
  ask: Ask
  /** Undefined until the server has read it. */
  answer: { body: unknown } | undefined
}

/** A device of a user: keeps a state by the reducer, with answers and events in any order. */
export class Device {
  readonly user: string
  state: ChatState
  stream: ModelStream | undefined
  readonly #server: ModelServer
  readonly #random: Random
  #requests: Request[] = []
  #sent: { message: ChatMessage; since: Place }[] = []

  constructor(server: ModelServer, user: string, random: Random, bounds: Partial<Bounds>) {
    this.#server = server
    this.#random = random
    this.user = user
    this.state = initialState(user, bounds)
  }

  dispatch(action: Action): void {
    this.state = reduce(this.state, action)
    const { asks, bounds, conversations } = this.state
    if (asks.some(({ since }) => since.length > bounds.events)) throw new Error('too many events')
    for (const { opened, messages, members } of conversations.values()) {
      const most = opened ? bounds.messages : bounds.messagesUnopened
      if (messages.length > most) throw new Error(`${messages.length} messages`)
      if ((members?.size ?? 0) > bounds.members) throw new Error(`${members?.size} members`)
    }
  }

  /** One thing happens: a request goes out, is read or answered, fails; the stream brings an event. */
  step(mayCut: boolean): unknown {
    const random = this.#random
    switch (random.below(9)) {
      case 0:
        return this.#request()
      case 1:
        return this.#serve()
      case 2:
        return this.#answer(random.chance(0.1))
      case 3:
        return this.#takeSent()
      case 4:
        if (mayCut && random.chance(0.1)) this.stream = undefined
        else if (!this.stream) this.#open()
        return
      case 5:
      case 6:
        return this.stream?.advance(random.below(4), random.chance(0.7))
      default:
        return this.take()
    }
  }

  /** Everything that is under way comes to its end. */
  settle(): void {
    for (let rounds = 0; rounds < 500; rounds++) {
      if (!this.stream) this.#open()
      this.stream?.advance(1_000)
      while (this.stream?.waiting.length) this.take()
      while (this.#sent.length > 0) this.#takeSent()
      while (this.#requests.length > 0) this.#answer(false)
      if (this.state.asks.length === 0 && this.stream) return
      this.#request()
      this.#serve()
    }
    throw new Error(`${this.user} never stops asking: ${JSON.stringify(this.state.asks)}`)
  }

  cut(): void {
    this.stream = undefined
  }

  /** The answer to a call of this device comes later. */
  send(call: () => ChatMessage | undefined): void {
    const since = this.state.place
    const message = call()
    if (message) this.#sent.push({ message, since })
  }

  /** Takes the next event of the stream; at times it comes twice. */
  take(): void {
    const event = this.stream?.waiting.shift()
    if (!event) return
    this.dispatch({ type: 'event', event, now: 0 })
    const isEntry = !['ready', 'reset', 'presence', 'read'].includes(event.type)
    if (!isEntry || this.#random.chance(0.8)) return
    const { state } = this
    this.dispatch({ type: 'event', event, now: 0 })
    if (this.state !== state && event.type !== 'heartbeat') throw new Error(`${event.type} twice`)
  }

  #open(): void {
    const { cursor } = this.state
    if (cursor !== undefined) this.stream = new ModelStream(this.#server, this.user, cursor)
  }

  #request(): void {
    const pending = this.state.asks.filter(
      ({ id }) => !this.#requests.some(({ ask }) => ask.id === id),
    )
    if (pending.length > 0)
      this.#requests.push({ ask: this.#random.pick(pending), answer: undefined })
  }

  #serve(): void {
    const unread = this.#requests.filter(({ answer }) => answer === undefined)
    if (unread.length > 0) this.#read(this.#random.pick(unread))
  }

  #read(request: Request): void {
    const body = this.#server.get(this.user, request.ask.path)
    request.answer = { body: body && JSON.parse(JSON.stringify(body)) }
  }

  #answer(fails: boolean): void {
    if (this.#requests.length === 0) return
    const request = this.#random.pick(this.#requests)
    this.#requests = this.#requests.filter((each) => each !== request)
    if (fails) return
    if (!request.answer) this.#read(request)
    this.dispatch({ type: 'answer', ask: request.ask, body: request.answer?.body })
  }

  #takeSent(): void {
    if (this.#sent.length === 0) return
    const [sent] = this.#sent.splice(this.#random.below(this.#sent.length), 1)
    if (sent) this.dispatch({ type: 'sent', ...sent })
  }
}
