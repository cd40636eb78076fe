import {
  type Message,
  ObrolClient,
  ObrolError,
  type ObrolEvent,
  type ProblemCode,
} from 'obrol/client'

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

for await (const event of client.events({ cursor: '0' })) {
  const { type }: ObrolEvent = event
  if (event.type === 'message') show(event.message)
  if (type === 'ready') break
}
