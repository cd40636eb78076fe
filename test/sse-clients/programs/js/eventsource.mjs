import { EventSource } from 'eventsource'
import { address, authorization, kinds, over, tell } from './program.mjs'

const source = new EventSource(address, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...authorization } }),
})
for (const kind of kinds)
  source.addEventListener(kind, ({ data, lastEventId }) => tell(kind, data, lastEventId))
source.addEventListener('error', ({ code }) => {
  if (code === 401) over()
})
// While it waits to reconnect it does not keep a process alive in which nothing else is going on.
setInterval(() => {}, 60_000)
