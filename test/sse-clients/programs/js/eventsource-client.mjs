import { createEventSource } from 'eventsource-client'
import { address, authorization, over, tell } from './program.mjs'

// It goes on asking after a 401, so that is looked for where the answers come in.
const source = createEventSource({
  url: address,
  headers: authorization,
  fetch: async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 401) over()
    return response
  },
})
for await (const { event, data, id } of source) tell(event, data, id)
