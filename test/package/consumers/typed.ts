import {
  type Message,
  ObrolClient,
  ObrolError,
  type ObrolEvent,
  type ProblemCode,
  type Room,
} from 'obrol/client'
import { type ChatState, initialState, reduce } from 'obrol/client/state'

const client = new ObrolClient(process.argv[2] as string, { retryForMs: 5_000 })
const refused: ProblemCode = 'unknown-user'
try {
  await client.login('tess', 'tall-ships')
} catch (error) {
  if (!(error instanceof ObrolError) || error.code !== refused) throw error
  await client.register('tess', 'tall-ships')
}

function show({ from, text }: Message): void {
  console.log(`said by ${from}: ${text}`)
}

const room: Room = await client.rooms.create({ name: 'tess' })
await client.rooms.post(room.name, 'said in a room')

let state: ChatState = initialState('tess')
for await (const event of client.events({ cursor: '0' })) {
  const { type }: ObrolEvent = event
  if (event.type === 'message' || event.type === 'message.updated') show(event.message)
  state = reduce(state, { type: 'event', event, now: Date.now() })
  if (type === 'ready') break
}
if (!state.cursor) throw new Error('the state has the cursor of the last event')
