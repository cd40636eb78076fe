import type { MessageFromStream, MessageToStream, TabPort } from '../shared-stream/protocol.ts'

/** A tab's connection to the shared stream. */
export interface StreamHandle {
  reconnectNow(): void
  close(): void
}

/** Connects to the stream that all tabs share, or opens one if the browser has no shared workers. */
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
    // The browser does not support modules in shared workers, or forbids them.
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

/** A stream of this tab alone. */
async function startWithoutWorker(): Promise<MessagePort> {
  const { StreamRegistry } = await import('../shared-stream/stream-registry.ts')
  const { port1, port2 } = new MessageChannel()
  new StreamRegistry().connect(port2 as TabPort)
  return port1
}
