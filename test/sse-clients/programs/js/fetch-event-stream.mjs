import { events } from 'fetch-event-stream'
import { follow, tell } from './program.mjs'

await follow(async (response, state) => {
  for await (const { event, data, id, retry } of events(response)) {
    if (retry !== undefined) state.retryMs = Number(retry)
    if (id !== undefined) state.cursor = String(id)
    tell(event, data, id)
  }
})
