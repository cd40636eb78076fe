import { type StateEvent, streamEvent } from '../../../../src/client/state/index.ts'
import { eventBody } from './bodies.ts'
import { isCarried } from './log.ts'
import type { ModelServer } from './server.ts'

/** Past so many events that were not taken, a stream loses the state that is not in the log. */
const maxWaiting = 8

/** A user's stream: goes behind the log as far as the schedule lets it, and tells things as of then. */
export class ModelStream {
  readonly waiting: StateEvent[] = []
  readonly #server: ModelServer
  readonly #user: string
  #id: number
  #epoch: number
  #live = false

  constructor(server: ModelServer, user: string, cursor: string) {
    this.#server = server
    this.#user = user
    const [id, epoch] = cursor.split('-').map(Number) as [number, number]
    this.#id = id
    this.#epoch = epoch
  }

  /** Writes what is next: a reset, so many entries, and `ready` once it has caught up. */
  advance(entries: number, listsOnline = true): void {
    const server = this.#server
    this.#resolveCursor()
    for (const entry of server.data.log.slice(this.#id, this.#id + entries)) {
      this.#id = entry.id
      if (isCarried(server.data, this.#user, entry))
        this.waiting.push(eventBody(server.data, this.#user, entry, this.#cursor))
    }
    if (this.#live || this.#id < server.head) return
    this.#live = true
    const online = listsOnline ? { online: [...server.online] } : {}
    const ready = {
      user: this.#user,
      head: server.head,
      onlineCount: server.online.size,
      ...online,
    }
    this.#push('ready', ready, this.#cursor)
  }

  heartbeat(): void {
    this.#push('heartbeat', {}, this.#cursor)
  }

  /** State that is not in the log comes only live. */
  tell(type: string, data: object): void {
    if (this.waiting.length >= maxWaiting) this.#live = false
    if (this.#live) this.#push(type, data)
  }

  get #cursor(): string {
    return `${this.#id}-${this.#epoch}`
  }

  #push(type: string, data: object, cursor?: string): void {
    this.waiting.push(streamEvent(type, data, cursor) as StateEvent)
  }

  #resolveCursor(): void {
    const { forks, epoch, head, data } = this.#server
    const fork = forks.find((each) => each.epoch > this.#epoch)
    const isOld = this.#epoch !== epoch
    this.#epoch = epoch
    if (fork && this.#id >= fork.first) this.#reset('rewound', fork.first - 1)
    else if (this.#id > head) this.#reset('ahead', head)
    else if (isOld) this.#reset('new-epoch', this.#id)
    if (this.#id < data.oldest - 1) this.#reset('trimmed', data.oldest - 1)
  }

  #reset(reason: string, from: number): void {
    const { head, data } = this.#server
    this.#id = from
    this.#live = false
    this.#push('reset', { reason, from, oldest: data.oldest, head }, this.#cursor)
  }
}
