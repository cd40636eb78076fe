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
import {
  formatJoined,
  formatLeft,
  formatMessage,
  formatReset,
  type MessageFormat,
} from './format.ts'
import { formatChange } from './format-rooms.ts'
import { KnownUsers, type PresenceChange } from './known-users.ts'
import { OwnMessages } from './own-messages.ts'
import type { View } from './view.ts'

/** If more users are online, only their number is shown. */
const maxListedNames = 20

/** Shows the events of a logged-in user's stream. */
export class StreamListener {
  readonly knownUsers = new KnownUsers()
  /** Names of rooms, for completion. */
  readonly knownRooms = new Set<string>()
  readonly ownMessages = new OwnMessages()
  readonly #client: ObrolClient
  readonly #view: View
  readonly #format: MessageFormat
  readonly #ready = Promise.withResolvers<void>()
  #waiters: { id: number; resolve: () => void }[] = []
  #newestShownId = 0
  #stream: EventStream | undefined
  #wasReady = false
  #disconnected = false

  constructor(client: ObrolClient, view: View, me: string) {
    this.#client = client
    this.#view = view
    this.#format = { me, detailed: view.detailed }
  }

  /** Resolves once the stream is live for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves once the message with this id, or a later one, was shown. */
  whenShown(id: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push({ id, resolve })
    this.#resolveWaiters()
    return promise
  }

  /** Reconnects now if the connection is lost. */
  reconnectNow(): void {
    if (this.#disconnected) this.#stream?.hurry()
  }

  /**
   * Shows events until the session ends or `signal` is aborted.
   *
   * @returns why the session ended; undefined if it did not
   * @throws {ObrolError} if the server rejects the stream
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
    // The server closes streams to renew them; the first attempt normally succeeds at once.
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
    else this.#onChange(event)
  }

  #onChange(event: ObrolEvent): void {
    if (event.type === 'message.deleted') this.ownMessages.remove(event.message.id)
    if (event.type === 'room.joined') this.knownRooms.add(event.joined.room.name)
    if (event.type === 'room.deleted') this.knownRooms.delete(event.deleted.room)
    const shown = formatChange(event, this.#format)
    if (shown !== undefined) this.#view.show(shown)
  }

  /** A new epoch does not make any message of a stream void. */
  #onReset(reset: Reset): void {
    this.ownMessages.clear()
    if (reset.reason !== 'new-epoch') this.#view.showNotice(formatReset(reset))
  }

  #onMessage(message: Message): void {
    const shown = formatMessage(message, this.#format)
    if (shown !== undefined) {
      this.knownUsers.addNames(message.from)
      if (message.from === this.#format.me) this.ownMessages.add(message.id)
      this.#view.show(shown)
    }
    this.#newestShownId = message.id
    this.#resolveWaiters()
  }

  #resolveWaiters(): void {
    const isShown = ({ id }: { id: number }) => id <= this.#newestShownId
    for (const { resolve } of this.#waiters.filter(isShown)) resolve()
    this.#waiters = this.#waiters.filter((waiter) => !isShown(waiter))
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
      this.#view.showNotice(`many users entered or left: ${presence.onlineCount} are online`)
  }

  #showPresenceChange(changes: PresenceChange): void {
    this.#view.show(...changes.joined.map(formatJoined), ...changes.left.map(formatLeft))
  }
}

function formatDisconnect(error: ObrolError | ByeReason): string {
  return error === 'shutting-down' ? 'the server is restarting' : 'connection lost'
}

function formatOnline({ online, onlineCount }: Ready): string {
  const listed = online && online.length <= maxListedNames
  return `${onlineCount} online${listed ? `: ${online.join(', ')}` : ''}`
}
