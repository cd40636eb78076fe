import {
  type EventStream,
  type Message,
  ObrolClient,
  type ObrolEvent,
  type Reset,
} from '../../client/index.ts'
import {
  applyPresence,
  noUsers,
  type OnlineUsers,
  usersFromPage,
  usersFromReady,
} from '../state/online-users.ts'
import type { ConnectionState, EndReason, MessageFromStream, TabPort } from './protocol.ts'

/** How many recent messages a new tab gets, so that it misses none while it loads the history. */
const replayedMessages = 200

/** How long messages are collected into a batch, in ms. */
const batchMs = 10

/** How long messages after a new epoch are collected at most, in ms. */
const epochBatchMs = 500

/** The delay before the list of online users is loaded again, in ms. */
const listDelayMs = 2000

/**
 * The one stream of a session, for all of its tabs. A new tab gets its recent messages and its state.
 */
export class SharedStream {
  readonly #client: ObrolClient
  readonly #ports = new Set<TabPort>()
  readonly #closed = new AbortController()
  readonly #stream: EventStream
  #connection: ConnectionState = { state: 'connecting' }
  #onlineUsers: OnlineUsers = noUsers
  #recent: readonly Message[] = []
  #batch: Message[] = []
  /** A new epoch that was not sent to the tabs yet. */
  #pendingEpoch: Reset | undefined
  #batchTimer: ReturnType<typeof setTimeout> | undefined
  #listTimer: ReturnType<typeof setTimeout> | undefined

  /** @param onClose called when the session ends or the last tab is removed */
  constructor(server: string, token: string, onClose: () => void) {
    this.#client = new ObrolClient(server, { token })
    this.#stream = this.#client.events({ signal: this.#closed.signal })
    this.#closed.signal.addEventListener('abort', onClose)
    void this.#readEvents()
  }

  /** Sends a new tab the current state, and all later events. */
  add(port: TabPort): void {
    this.#flush()
    if (this.#recent.length > 0) port.postMessage({ type: 'messages', messages: this.#recent })
    port.postMessage({ type: 'online-users', onlineUsers: this.#onlineUsers })
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

  /** The client's stream reconnects by itself, so it ends only with its session. */
  async #readEvents(): Promise<void> {
    try {
      for await (const event of this.#stream) this.#onEvent(event)
    } catch {
      this.#end('unauthorized')
    }
  }

  #onEvent(event: ObrolEvent): void {
    if (event.type === 'message') {
      this.#batch.push(event.message)
      this.#batchTimer ??= setTimeout(() => this.#flush(), batchMs)
      if (this.#batch.length === replayedMessages) this.#flush()
    } else if (event.type === 'ready') {
      this.#setOnlineUsers(usersFromReady(event.ready))
      this.#setConnection({ state: 'live' })
    } else if (event.type === 'presence') {
      this.#setOnlineUsers(applyPresence(this.#onlineUsers, event.presence))
    } else if (event.type === 'reset') {
      this.#flush()
      this.#onReset(event.reset)
    } else if (event.type === 'reconnecting') {
      this.#setConnection({ state: 'lost', retryAt: Date.now() + event.inMs })
    } else if (event.type === 'ended') {
      this.#end(event.reason)
    }
  }

  /** A new epoch is sent with the messages that follow it: other messages of a tab may be void. */
  #onReset(reset: Reset): void {
    if (reset.reason === 'new-epoch') {
      this.#pendingEpoch = reset
      this.#batchTimer = setTimeout(() => this.#flush(), epochBatchMs)
    } else {
      this.#recent = []
      this.#broadcast({ type: 'reset', reset, messages: [] })
    }
  }

  /** Sends the batch. */
  #flush(): void {
    clearTimeout(this.#batchTimer)
    this.#batchTimer = undefined
    const messages = this.#batch
    const reset = this.#pendingEpoch
    this.#batch = []
    this.#pendingEpoch = undefined
    this.#recent = [...this.#recent, ...messages].slice(-replayedMessages)
    if (reset) this.#broadcast({ type: 'reset', reset, messages })
    else if (messages.length > 0) this.#broadcast({ type: 'messages', messages })
  }

  #setConnection(connection: ConnectionState): void {
    this.#flush()
    this.#connection = connection
    this.#broadcast({ type: 'connection', connection })
  }

  #setOnlineUsers(onlineUsers: OnlineUsers): void {
    this.#onlineUsers = onlineUsers
    this.#broadcast({ type: 'online-users', onlineUsers })
    if (onlineUsers.stale)
      this.#listTimer ??= setTimeout(() => void this.#loadOnlineUsers(), listDelayMs)
  }

  async #loadOnlineUsers(): Promise<void> {
    const before = this.#onlineUsers
    const page = await this.#client
      .online({ limit: 1000, signal: this.#closed.signal })
      .catch(() => undefined)
    this.#listTimer = undefined
    // After an error the next `ready` or `presence` event marks the list as stale again. Events that
    // came while the list was loading may be newer, so it is loaded once more.
    if (page) this.#setOnlineUsers({ ...usersFromPage(page), stale: before !== this.#onlineUsers })
  }

  #end(reason: EndReason): void {
    this.#flush()
    this.#broadcast({ type: 'ended', reason })
    this.#close()
  }

  #close(): void {
    clearTimeout(this.#batchTimer)
    clearTimeout(this.#listTimer)
    this.#closed.abort()
  }

  #broadcast(what: MessageFromStream): void {
    for (const port of this.#ports) port.postMessage(what)
  }
}
