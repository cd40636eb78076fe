import { ObrolClient } from 'obrol/client'

const client = new ObrolClient(process.argv[2])
await client.register('mona', 'tall-ships')
const { messages } = await client.history()
console.log(`said by ${messages[0].from}: ${messages[0].text}`)
