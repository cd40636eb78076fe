import { Chunk } from './http-chunk.ts'
import { heartbeatEvent } from './sse-events.ts'
import type { Stream } from './stream.ts'

export interface StreamTimerSettings {
  heartbeatMs: number
  /** 0: streams are not renewed. */
  streamMaxSeconds: number
}

interface StreamTimerOptions {
  /** The cursor of streams at the head, as clients get it. */
  headId(): string
  /** The store's time, in Unix ms. */
  now(): number
}

/** Sends heartbeats, and ends streams whose session has expired or that are to be renewed. */
export class StreamTimers {
  readonly #settings: StreamTimerSettings
  readonly #options: StreamTimerOptions
  /** When each stream's next heartbeat and its renewal are due, by `performance.now()`. */
  readonly #due = new Map<Stream, { heartbeatAt: number; renewAt: number }>()
  readonly #timer: NodeJS.Timeout

  constructor(settings: StreamTimerSettings, options: StreamTimerOptions) {
    this.#settings = settings
    this.#options = options
    const intervalMs = Math.max(10, Math.min(1000, settings.heartbeatMs / 10))
    this.#timer = setInterval(() => this.#tick(), intervalMs)
  }

  add(stream: Stream): void {
    const { heartbeatMs, streamMaxSeconds } = this.#settings
    const now = performance.now()
    // Spread by a tenth, so that streams opened together are not renewed together.
    const spread = 0.9 + Math.random() * 0.2
    const renewAt = streamMaxSeconds > 0 ? now + streamMaxSeconds * 1000 * spread : Infinity
    this.#due.set(stream, { heartbeatAt: now + heartbeatMs, renewAt })
  }

  remove(stream: Stream): void {
    this.#due.delete(stream)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performance.now()
    const wallClock = this.#options.now()
    const headHeartbeat = new Chunk(Buffer.from(heartbeatEvent(this.#options.headId())))
    for (const [stream, due] of this.#due) {
      if (wallClock >= stream.session.expiresAt) stream.end('session-expired')
      else if (now >= due.renewAt) stream.end('renew')
      else if (now >= due.heartbeatAt) {
        due.heartbeatAt = now + this.#settings.heartbeatMs
        stream.sendHeartbeat(headHeartbeat)
      }
    }
  }
}
