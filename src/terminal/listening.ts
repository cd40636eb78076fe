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
import { type Changes, People } from './people.ts'
import { entered, left, messageTold, resetTold } from './tellings.ts'
import type { View } from './view.ts'

/** More names than this are counted when one comes in, not listed. */
const mostListed = 20

/** The stream of a person who is logged in, told as it comes. */
export class Listening {
  readonly people = new People()
  readonly #client: ObrolClient
  readonly #view: View
  readonly #me: string
  readonly #ready = Promise.withResolvers<void>()
  #awaited: { id: number; resolve: () => void }[] = []
  #newest = 0
  #stream: EventStream | undefined
  #begun = false
  #lost = false

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
  told(id: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#awaited.push({ id, resolve })
    this.#look()
    return promise
  }

  /** Someone is at work here: a lost line is tried again now. */
  hurry(): void {
    if (this.#lost) this.#stream?.hurry()
  }

  /**
   * Tells all that comes, until the session is over or `signal` says so.
   *
   * @returns why the session is over, if it is
   * @throws {ObrolError} where the server refuses the stream
   */
  async follow(signal: AbortSignal): Promise<EndReason | undefined> {
    this.#stream = this.#client.events({ signal })
    for await (const event of this.#stream) {
      if (event.type === 'ended') return event.reason
      if (event.type === 'reconnecting') this.#lose(event)
      else this.#take(event)
    }
    return undefined
  }

  #lose({ error, inMs, attempt }: ReconnectingEvent): void {
    // A stream that the server wants renewed is open again before anyone would notice.
    if (error === 'renew' && attempt === 1) return
    this.#lost = true
    const again = this.#view.full ? ` in ${Math.ceil(inMs / 1000)} s (try ${attempt})` : ''
    this.#view.lost(`${lossTold(error)}; trying again${again}`)
  }

  #take(event: Exclude<ObrolEvent, ReconnectingEvent | EndedEvent>): void {
    if (this.#lost) this.#view.found()
    this.#lost = false
    if (event.type === 'message') this.#tell(event.message)
    else if (event.type === 'ready') this.#arrive(event.ready)
    else if (event.type === 'presence') this.#change(event.presence)
    else if (event.type === 'reset') this.#reset(event.reset)
  }

  /** Nothing that was told here is void for a new epoch alone. */
  #reset(reset: Reset): void {
    if (reset.reason !== 'new-epoch') this.#view.note(resetTold(reset))
  }

  #tell(message: Message): void {
    this.people.hear(message.from)
    this.#view.show(messageTold(message, { me: this.#me, full: this.#view.full }))
    this.#newest = message.id
    this.#look()
  }

  #look(): void {
    const isTold = ({ id }: { id: number }) => id <= this.#newest
    for (const { resolve } of this.#awaited.filter(isTold)) resolve()
    this.#awaited = this.#awaited.filter((awaited) => !isTold(awaited))
  }

  #arrive(ready: Ready): void {
    this.#tellChanges(this.people.arrive(ready))
    if (!this.#begun && this.#view.full) this.#view.note(welcome(ready))
    this.#begun = true
    this.#ready.resolve()
  }

  #change(presence: Presence): void {
    this.people.change(presence)
    this.#tellChanges(presence)
    if (presence.resync) this.#view.note(`many came and went: ${presence.onlineCount} are online`)
  }

  #tellChanges(changes: Changes): void {
    this.#view.show(...changes.joined.map(entered), ...changes.left.map(left))
  }
}

function lossTold(error: ObrolError | ByeReason): string {
  return error === 'shutting-down' ? 'the server is being restarted' : 'connection lost'
}

function welcome({ online, onlineCount }: Ready): string {
  const listed = online && online.length <= mostListed
  return `${onlineCount} online${listed ? `: ${online.join(', ')}` : ''}`
}
