import { ObrolClient } from 'obrol/client'
import { initialState } from 'obrol/client/state'

const client = new ObrolClient(process.argv[2])
await client.register('mona', 'tall-ships')
const [{ path }] = initialState('mona').asks
if (path !== '/v1/conversations?limit=200') throw new Error(path)
const { messages } = await client.history()
console.log(`said by ${messages[0].from}: ${messages[0].text}`)
