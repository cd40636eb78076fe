import type { FastifyBaseLogger } from 'fastify'
import type { Presence } from './chat/presence.ts'
import type { Sessions } from './chat/sessions.ts'
import type { Hub } from './delivery/hub.ts'
import { NewsOfATurn } from './delivery/news-of-a-turn.ts'
import type { Appender } from './store/appender.ts'
import type { Extent, Follower, News } from './store/store.ts'

export interface Following {
  appender: Appender
  sessions: Sessions
  presence: Presence
  hub: Hub
  log: FastifyBaseLogger
}

/** A server as one node of many: what it does at what becomes true in the store, and of it. */
export class StoreFollower implements Follower {
  readonly #parts: Following
  readonly #toStreams: NewsOfATurn
  #inTouch = true

  constructor(parts: Following) {
    this.#parts = parts
    this.#toStreams = new NewsOfATurn((news) => parts.hub.follow(news))
  }

  /** False from `lost` to `found`: what is known here may no longer be so. */
  get inTouch(): boolean {
    return this.#inTouch
  }

  news(news: News): void {
    const { sessions, presence } = this.#parts
    sessions.ended(news.ended)
    presence.follow(news)
    this.#toStreams.add(news)
  }

  /** Hands on at once what was to go to the streams at the end of this turn of the event loop. */
  flush(): void {
    this.#toStreams.flush()
  }

  turned(extent: Extent): void {
    const { sessions, presence, hub, log } = this.#parts
    this.flush()
    log.warn({ event: 'log turned', ...extent }, 'The database is another than it was')
    sessions.forget()
    hub.turned(extent)
    presence.renew()
  }

  lost(): void {
    const { appender, presence, hub, log } = this.#parts
    log.error({ event: 'store lost', streams: hub.size }, 'The database cannot be reached')
    this.#inTouch = false
    // First, so that the end of the streams is nobody's exit.
    presence.lost()
    hub.lost()
    appender.refuseWaiting()
  }

  found(): void {
    const { sessions, presence, hub, log } = this.#parts
    log.warn({ event: 'store found' }, 'The database is reached again')
    this.#inTouch = true
    // What ended meanwhile may be kept no longer, and is not told then.
    sessions.forget()
    hub.found()
    presence.renew()
  }
}
