import type { MessageFromStream, MessageToStream, TabPort } from '../shared-stream/protocol.ts'

/** A tab's end of its line. */
export interface StreamHandle {
  reconnectNow(): void
  close(): void
}

/** Opens the session's line: the one that all tabs share where the browser has shared workers, else one's own. */
export function connectStream(
  server: string,
  token: string,
  onMessage: (message: MessageFromStream) => void,
): StreamHandle {
  let port: MessagePort | undefined
  let closed = false
  const use = (next: MessagePort) => {
    if (closed) return
    port = next
    port.onmessage = ({ data }: MessageEvent<MessageFromStream>) => {
      if (!closed) onMessage(data)
    }
    send({ type: 'attach', server, token })
  }
  const send = (message: MessageToStream) => port?.postMessage(message)
  try {
    const worker = new SharedWorker(new URL('./shared-worker.ts', import.meta.url), {
      type: 'module',
      name: 'obrol',
    })
    // It did not start: a browser that knows no modules there, or forbids it.
    worker.onerror = () => void startWithoutWorker().then(use)
    use(worker.port)
  } catch {
    void startWithoutWorker().then(use)
  }
  return {
    reconnectNow: () => send({ type: 'reconnect-now' }),
    close() {
      send({ type: 'detach' })
      closed = true
      port?.close()
    },
  }
}

/** A line of this tab alone. */
async function startWithoutWorker(): Promise<MessagePort> {
  const { StreamRegistry } = await import('../shared-stream/stream-registry.ts')
  const { port1, port2 } = new MessageChannel()
  new StreamRegistry().connect(port2 as TabPort)
  return port1
}
