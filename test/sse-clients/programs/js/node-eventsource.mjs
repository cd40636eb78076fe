// Node's own EventSource, which is undici's, with a token in the address, as in a browser.
import { kinds, over, tell } from './program.mjs'

const source = new EventSource(process.env.STREAM_URL_WITH_TOKEN)
for (const kind of kinds)
  source.addEventListener(kind, ({ data, lastEventId }) => tell(kind, data, lastEventId))
source.addEventListener('error', () => {
  if (source.readyState === EventSource.CLOSED) over()
})
// While it waits to reconnect it does not keep a process alive in which nothing else is going on.
setInterval(() => {}, 60_000)
