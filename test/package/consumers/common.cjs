const { ObrolClient, ObrolError } = require('obrol/client')

async function main() {
  const client = new ObrolClient(process.argv[2])
  await client.login('carl', 'tall-ships').catch(async (error) => {
    if (!(error instanceof ObrolError) || error.code !== 'unknown-user') throw error
    await client.register('carl', 'tall-ships')
  })
  const { from, text } = await client.message(1)
  console.log(`said by ${from}: ${text}`)
}

main()
