const { ObrolClient, ObrolError } = require('obrol/client')
const { initialState, reduce } = require('obrol/client/state')

async function main() {
  const client = new ObrolClient(process.argv[2])
  await client.login('carl', 'tall-ships').catch(async (error) => {
    if (!(error instanceof ObrolError) || error.code !== 'unknown-user') throw error
    await client.register('carl', 'tall-ships')
  })
  const message = await client.message(1)
  reduce(initialState('carl'), { type: 'sent', message, since: { id: 0, resets: 0 } })
  const { from, text } = message
  console.log(`said by ${from}: ${text}`)
}

main()
