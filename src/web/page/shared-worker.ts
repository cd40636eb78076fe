import type { TabPort } from '../shared-stream/protocol.ts'
import { StreamRegistry } from '../shared-stream/stream-registry.ts'

/** The shared worker has the streams of all tabs of this browser. */
const registry = new StreamRegistry()

addEventListener('connect', (event) => {
  for (const port of (event as MessageEvent).ports) registry.connect(port as TabPort)
})
