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

/** How many messages a new tab is told again, so that it misses none while it reads the history. */
const replayedMessages = 200

/** How long what came is gathered before it is told, in ms. */
const batchMs = 10

/** How long what follows a new epoch is gathered at most, so that it is told with it, in ms. */
const epochBatchMs = 500

/** How long before the list of who is online is read again, in ms. */
const listDelayMs = 2000

/**
 * A session's one stream, told to all of its tabs. What it has heard last is told again to a tab
 * that comes later.
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
  /** A new epoch that was not told yet. */
  #pendingEpoch: Reset | undefined
  #batchTimer: ReturnType<typeof setTimeout> | undefined
  #listTimer: ReturnType<typeof setTimeout> | undefined

  /** Opens the stream; `onClose` is called when the session is over or the last tab has gone. */
  constructor(server: string, token: string, onClose: () => void) {
    this.#client = new ObrolClient(server, { token })
    this.#stream = this.#client.events({ signal: this.#closed.signal })
    this.#closed.signal.addEventListener('abort', onClose)
    void this.#readEvents()
  }

  /** A tab comes: it is told how things stand, and from now on what happens. */
  add(port: TabPort): void {
    this.#flush()
    if (this.#recent.length > 0) port.postMessage({ type: 'messages', messages: this.#recent })
    port.postMessage({ type: 'online-users', onlineUsers: this.#onlineUsers })
    port.postMessage({ type: 'connection', connection: this.#connection })
    this.#ports.add(port)
  }

  /** A tab goes; with the last one the stream closes. */
  remove(port: TabPort): void {
    this.#ports.delete(port)
    if (this.#ports.size === 0) this.#close()
  }

  /** Tries now instead of later. */
  reconnectNow(): void {
    this.#stream.hurry()
  }

  /** A stream ends with its session alone: after all else it is opened again. */
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

  /** A new epoch is told with what comes next: what a tab holds beside it may be void. */
  #onReset(reset: Reset): void {
    if (reset.reason === 'new-epoch') {
      this.#pendingEpoch = reset
      this.#batchTimer = setTimeout(() => this.#flush(), epochBatchMs)
    } else {
      this.#recent = []
      this.#broadcast({ type: 'reset', reset, messages: [] })
    }
  }

  /** Tells what was gathered: many messages may come at once. */
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
    // Not read: what comes next on the stream says again that it has to be.
    // What was told meanwhile may be newer than the list: it is read once more.
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
