import type { Port } from '../line/protocol.ts'
import { Switchboard } from '../line/switchboard.ts'

/** The shared worker: holds the streams of all tabs of this browser. */
const switchboard = new Switchboard()

addEventListener('connect', (event) => {
  for (const port of (event as MessageEvent).ports) switchboard.connect(port as Port)
})
