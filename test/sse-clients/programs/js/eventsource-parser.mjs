import { EventSourceParserStream } from 'eventsource-parser/stream'
import { follow, tell } from './program.mjs'

await follow(async (response, state) => {
  const parser = new EventSourceParserStream({
    onRetry: (ms) => {
      state.retryMs = ms
    },
  })
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser)
  for await (const { event, data, id } of events) {
    if (id !== undefined) state.cursor = id
    tell(event, data, id)
  }
})
