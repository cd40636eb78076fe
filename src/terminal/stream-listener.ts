import type {
  ByeReason,
  EndedEvent,
  EndReason,
  EventStream,
  Message,
  ObrolClient,
  ObrolError,
  ObrolEvent,
  Presence,
  Ready,
  ReconnectingEvent,
  Reset,
} from '../client/index.ts'
import { formatJoined, formatLeft, formatMessage, formatReset } from './format.ts'
import { KnownUsers, type PresenceChange } from './known-users.ts'
import type { View } from './view.ts'

/** More names than this are counted when one comes in, not listed. */
const maxListedNames = 20

/** The stream of a person who is logged in, told as it comes. */
export class StreamListener {
  readonly knownUsers = new KnownUsers()
  readonly #client: ObrolClient
  readonly #view: View
  readonly #me: string
  readonly #ready = Promise.withResolvers<void>()
  #waiters: { id: number; resolve: () => void }[] = []
  #newestShownId = 0
  #stream: EventStream | undefined
  #wasReady = false
  #disconnected = false

  constructor(client: ObrolClient, view: View, me: string) {
    this.#client = client
    this.#view = view
    this.#me = me
  }

  /** Resolves once the stream is live for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves once the message with this id, or a later one, was told. */
  whenShown(id: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push({ id, resolve })
    this.#resolveWaiters()
    return promise
  }

  /** Someone is at work here: a lost line is tried again now. */
  reconnectNow(): void {
    if (this.#disconnected) this.#stream?.hurry()
  }

  /**
   * Tells all that comes, until the session is over or `signal` says so.
   *
   * @returns why the session is over, if it is
   * @throws {ObrolError} where the server refuses the stream
   */
  async run(signal: AbortSignal): Promise<EndReason | undefined> {
    this.#stream = this.#client.events({ signal })
    for await (const event of this.#stream) {
      if (event.type === 'ended') return event.reason
      if (event.type === 'reconnecting') this.#onReconnecting(event)
      else this.#onEvent(event)
    }
    return undefined
  }

  #onReconnecting({ error, inMs, attempt }: ReconnectingEvent): void {
    // A stream that the server wants renewed is open again before anyone would notice.
    if (error === 'renew' && attempt === 1) return
    this.#disconnected = true
    const again = this.#view.detailed ? ` in ${Math.ceil(inMs / 1000)} s (try ${attempt})` : ''
    this.#view.showDisconnected(`${formatDisconnect(error)}; trying again${again}`)
  }

  #onEvent(event: Exclude<ObrolEvent, ReconnectingEvent | EndedEvent>): void {
    if (this.#disconnected) this.#view.showReconnected()
    this.#disconnected = false
    if (event.type === 'message') this.#onMessage(event.message)
    else if (event.type === 'ready') this.#onReady(event.ready)
    else if (event.type === 'presence') this.#onPresence(event.presence)
    else if (event.type === 'reset') this.#onReset(event.reset)
  }

  /** Nothing that was told here is void for a new epoch alone. */
  #onReset(reset: Reset): void {
    if (reset.reason !== 'new-epoch') this.#view.showNotice(formatReset(reset))
  }

  #onMessage(message: Message): void {
    this.knownUsers.addNames(message.from)
    this.#view.show(formatMessage(message, { me: this.#me, detailed: this.#view.detailed }))
    this.#newestShownId = message.id
    this.#resolveWaiters()
  }

  #resolveWaiters(): void {
    const isTold = ({ id }: { id: number }) => id <= this.#newestShownId
    for (const { resolve } of this.#waiters.filter(isTold)) resolve()
    this.#waiters = this.#waiters.filter((awaited) => !isTold(awaited))
  }

  #onReady(ready: Ready): void {
    this.#showPresenceChange(this.knownUsers.onReady(ready))
    if (!this.#wasReady && this.#view.detailed) this.#view.showNotice(formatOnline(ready))
    this.#wasReady = true
    this.#ready.resolve()
  }

  #onPresence(presence: Presence): void {
    this.knownUsers.onPresence(presence)
    this.#showPresenceChange(presence)
    if (presence.resync)
      this.#view.showNotice(`many came and went: ${presence.onlineCount} are online`)
  }

  #showPresenceChange(changes: PresenceChange): void {
    this.#view.show(...changes.joined.map(formatJoined), ...changes.left.map(formatLeft))
  }
}

function formatDisconnect(error: ObrolError | ByeReason): string {
  return error === 'shutting-down' ? 'the server is being restarted' : 'connection lost'
}

function formatOnline({ online, onlineCount }: Ready): string {
  const listed = online && online.length <= maxListedNames
  return `${onlineCount} online${listed ? `: ${online.join(', ')}` : ''}`
}
