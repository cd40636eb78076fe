import { type EventStream, ObrolClient, type ObrolEvent, type Ready } from '../../client/index.ts'
import type { StateEvent } from '../../client/state/index.ts'
import type { ConnectionState, EndReason, MessageFromStream, TabPort } from './protocol.ts'

/** How long events are collected into a batch, in ms. */
const batchMs = 10

/** The most events of a batch. */
const maxBatch = 200

/**
 * The one stream of a session, for all of its tabs. A later tab begins where the stream is: it gets a
 * `ready` with the cursor, and asks the server for everything before it.
 */
export class SharedStream {
  readonly #ports = new Set<TabPort>()
  readonly #closed = new AbortController()
  readonly #stream: EventStream
  #connection: ConnectionState = { state: 'connecting' }
  /** Of the last `ready`. */
  #ready: Ready | undefined
  #cursor = ''
  #batch: StateEvent[] = []
  #batchTimer: ReturnType<typeof setTimeout> | undefined

  /** @param onClose called when the session ends or the last tab is removed */
  constructor(server: string, token: string, onClose: () => void) {
    this.#stream = new ObrolClient(server, { token }).events({ signal: this.#closed.signal })
    this.#closed.signal.addEventListener('abort', onClose)
    void this.#readEvents()
  }

  /** Sends a new tab the current state, and all later events. */
  add(port: TabPort): void {
    this.#flush()
    if (this.#ready) port.postMessage({ type: 'events', events: [this.#readyHere(this.#ready)] })
    port.postMessage({ type: 'connection', connection: this.#connection })
    this.#ports.add(port)
  }

  /** The stream closes with its last tab. */
  remove(port: TabPort): void {
    this.#ports.delete(port)
    if (this.#ports.size === 0) this.#close()
  }

  reconnectNow(): void {
    this.#stream.hurry()
  }

  /** Without the names, which are outdated: the tab asks who is online. */
  #readyHere({ online: _, ...ready }: Ready): StateEvent {
    return { type: 'ready', ready, cursor: this.#cursor }
  }

  /** The client's stream reconnects by itself, so it ends only with its session. */
  async #readEvents(): Promise<void> {
    try {
      for await (const event of this.#stream) this.#onEvent(event)
    } catch {
      this.#end('unauthorized')
    }
  }

  #onEvent(event: ObrolEvent): void {
    if (event.type === 'ended') this.#end(event.reason)
    else if (event.type === 'reconnecting')
      this.#setConnection({ state: 'lost', retryAt: Date.now() + event.inMs })
    else this.#collect(event)
  }

  #collect(event: StateEvent): void {
    if ('cursor' in event && event.cursor !== undefined) this.#cursor = event.cursor
    this.#batch.push(event)
    this.#batchTimer ??= setTimeout(() => this.#flush(), batchMs)
    if (this.#batch.length === maxBatch) this.#flush()
    if (event.type !== 'ready') return
    this.#ready = event.ready
    this.#setConnection({ state: 'live' })
  }

  #setConnection(connection: ConnectionState): void {
    this.#flush()
    this.#connection = connection
    this.#broadcast({ type: 'connection', connection })
  }

  /** Sends the batch. */
  #flush(): void {
    clearTimeout(this.#batchTimer)
    this.#batchTimer = undefined
    const events = this.#batch
    this.#batch = []
    if (events.length > 0) this.#broadcast({ type: 'events', events })
  }

  #end(reason: EndReason): void {
    this.#flush()
    this.#broadcast({ type: 'ended', reason })
    this.#close()
  }

  #close(): void {
    clearTimeout(this.#batchTimer)
    this.#closed.abort()
  }

  #broadcast(what: MessageFromStream): void {
    for (const port of this.#ports) port.postMessage(what)
  }
}
