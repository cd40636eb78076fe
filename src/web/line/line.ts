import {
  type EventStream,
  type Message,
  ObrolClient,
  type ObrolEvent,
  type Reset,
} from '../../client/index.ts'
import { arrive, change, listed, nobody, type People } from '../state/people.ts'
import type { EndReason, FromLine, LineState, Port } from './protocol.ts'

/** How many messages a new tab is told again, so that it misses none while it reads the history. */
const rememberedMessages = 200

/** How long what came is gathered before it is told, in ms. */
const gatherMs = 10

/** How long what follows a new epoch is gathered at most, so that it is told with it, in ms. */
const epochMs = 500

/** How long before the list of who is online is read again, in ms. */
const listMs = 2000

/**
 * A session's one stream, told to all of its tabs. What it has heard last is told again to a tab
 * that comes later.
 */
export class Line {
  readonly #client: ObrolClient
  readonly #ports = new Set<Port>()
  readonly #closed = new AbortController()
  readonly #stream: EventStream
  #state: LineState = { state: 'connecting' }
  #people: People = nobody
  #recent: readonly Message[] = []
  #waiting: Message[] = []
  /** A new epoch that was not told yet. */
  #epoch: Reset | undefined
  #gathering: ReturnType<typeof setTimeout> | undefined
  #listing: ReturnType<typeof setTimeout> | undefined

  /** Opens the stream; `onClose` is called when the session is over or the last tab has gone. */
  constructor(server: string, token: string, onClose: () => void) {
    this.#client = new ObrolClient(server, { token })
    this.#stream = this.#client.events({ signal: this.#closed.signal })
    this.#closed.signal.addEventListener('abort', onClose)
    void this.#listen()
  }

  /** A tab comes: it is told how things stand, and from now on what happens. */
  add(port: Port): void {
    this.#flush()
    if (this.#recent.length > 0) port.postMessage({ type: 'messages', messages: this.#recent })
    port.postMessage({ type: 'people', people: this.#people })
    port.postMessage({ type: 'line', line: this.#state })
    this.#ports.add(port)
  }

  /** A tab goes; with the last one the stream closes. */
  remove(port: Port): void {
    this.#ports.delete(port)
    if (this.#ports.size === 0) this.#close()
  }

  /** Tries now instead of later. */
  hurry(): void {
    this.#stream.hurry()
  }

  /** A stream ends with its session alone: after all else it is opened again. */
  async #listen(): Promise<void> {
    try {
      for await (const event of this.#stream) this.#take(event)
    } catch {
      this.#end('unauthorized')
    }
  }

  #take(event: ObrolEvent): void {
    if (event.type === 'message') {
      this.#waiting.push(event.message)
      this.#gathering ??= setTimeout(() => this.#flush(), gatherMs)
      if (this.#waiting.length === rememberedMessages) this.#flush()
    } else if (event.type === 'ready') {
      this.#setPeople(arrive(event.ready))
      this.#setState({ state: 'live' })
    } else if (event.type === 'presence') {
      this.#setPeople(change(this.#people, event.presence))
    } else if (event.type === 'reset') {
      this.#flush()
      this.#reset(event.reset)
    } else if (event.type === 'reconnecting') {
      this.#setState({ state: 'lost', retryAt: Date.now() + event.inMs })
    } else if (event.type === 'ended') {
      this.#end(event.reason)
    }
  }

  /** A new epoch is told with what comes next: what a tab holds beside it may be void. */
  #reset(reset: Reset): void {
    if (reset.reason === 'new-epoch') {
      this.#epoch = reset
      this.#gathering = setTimeout(() => this.#flush(), epochMs)
    } else {
      this.#recent = []
      this.#tell({ type: 'reset', reset, messages: [] })
    }
  }

  /** Tells what was gathered: many messages may come at once. */
  #flush(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    const messages = this.#waiting
    const reset = this.#epoch
    this.#waiting = []
    this.#epoch = undefined
    this.#recent = [...this.#recent, ...messages].slice(-rememberedMessages)
    if (reset) this.#tell({ type: 'reset', reset, messages })
    else if (messages.length > 0) this.#tell({ type: 'messages', messages })
  }

  #setState(line: LineState): void {
    this.#flush()
    this.#state = line
    this.#tell({ type: 'line', line })
  }

  #setPeople(people: People): void {
    this.#people = people
    this.#tell({ type: 'people', people })
    if (people.stale) this.#listing ??= setTimeout(() => void this.#list(), listMs)
  }

  async #list(): Promise<void> {
    const before = this.#people
    const page = await this.#client
      .online({ limit: 1000, signal: this.#closed.signal })
      .catch(() => undefined)
    this.#listing = undefined
    // Not read: what comes next on the stream says again that it has to be.
    // What was told meanwhile may be newer than the list: it is read once more.
    if (page) this.#setPeople({ ...listed(page), stale: before !== this.#people })
  }

  #end(reason: EndReason): void {
    this.#flush()
    this.#tell({ type: 'ended', reason })
    this.#close()
  }

  #close(): void {
    clearTimeout(this.#gathering)
    clearTimeout(this.#listing)
    this.#closed.abort()
  }

  #tell(what: FromLine): void {
    for (const port of this.#ports) port.postMessage(what)
  }
}
