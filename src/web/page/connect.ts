import type { FromLine, Port, ToLine } from '../line/protocol.ts'

/** A tab's end of its line. */
export interface Connection {
  hurry(): void
  close(): void
}

/** Opens the session's line: the one that all tabs share where the browser has shared workers, else one's own. */
export function connect(
  server: string,
  token: string,
  onMessage: (message: FromLine) => void,
): Connection {
  let port: MessagePort | undefined
  let closed = false
  const use = (next: MessagePort) => {
    if (closed) return
    port = next
    port.onmessage = ({ data }: MessageEvent<FromLine>) => {
      if (!closed) onMessage(data)
    }
    tell({ type: 'attach', server, token })
  }
  const tell = (message: ToLine) => port?.postMessage(message)
  try {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'obrol',
    })
    // It did not start: a browser that knows no modules there, or forbids it.
    worker.onerror = () => void ownPort().then(use)
    use(worker.port)
  } catch {
    void ownPort().then(use)
  }
  return {
    hurry: () => tell({ type: 'hurry' }),
    close() {
      tell({ type: 'detach' })
      closed = true
      port?.close()
    },
  }
}

/** A line of this tab alone. */
async function ownPort(): Promise<MessagePort> {
  const { Switchboard } = await import('../line/switchboard.ts')
  const { port1, port2 } = new MessageChannel()
  new Switchboard().connect(port2 as Port)
  return port1
}
