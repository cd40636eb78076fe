import type { TabPort } from './protocol.ts'
import { SharedStream } from './shared-stream.ts'

/** One stream for all tabs of a session. */
export class StreamRegistry {
  readonly #streams = new Map<string, SharedStream>()

  /** Handles the messages of a tab. */
  connect(port: TabPort): void {
    let stream: SharedStream | undefined
    port.addEventListener('message', ({ data }) => {
      if (data.type === 'reconnect-now') return stream?.reconnectNow()
      stream?.remove(port)
      stream = data.type === 'attach' ? this.#streamFor(data.server, data.token) : undefined
      stream?.add(port)
    })
    port.start()
  }

  #streamFor(server: string, token: string): SharedStream {
    const key = `${server} ${token}`
    const open = this.#streams.get(key)
    if (open) return open
    const stream = new SharedStream(server, token, () => this.#streams.delete(key))
    this.#streams.set(key, stream)
    return stream
  }
}
