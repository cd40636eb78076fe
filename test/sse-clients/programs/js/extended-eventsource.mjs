import { EventSource } from 'extended-eventsource'
import { address, authorization, kinds, over, tell } from './program.mjs'

const source = new EventSource(address, { headers: authorization, disableLogger: true })
for (const kind of kinds)
  source.addEventListener(kind, ({ data, lastEventId }) => tell(kind, data, lastEventId))
source.addEventListener('error', ({ response }) => {
  if (response?.status === 401) over()
})
