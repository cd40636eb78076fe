import { type HistoryPage, ObrolClient } from 'obrol/client'

async function main(): Promise<void> {
  const client = new ObrolClient(process.argv[2] as string)
  await client.register('theo', 'tall-ships')
  const { messages }: HistoryPage = await client.history({ limit: 1 })
  for (const { from, text } of messages) console.log(`said by ${from}: ${text}`)
}

void main()
