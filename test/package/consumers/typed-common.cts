import { type HistoryPage, ObrolClient } from 'obrol/client'
import { type Conversation, initialState, sortedConversations } from 'obrol/client/state'

async function main(): Promise<void> {
  const client = new ObrolClient(process.argv[2] as string)
  await client.register('theo', 'tall-ships')
  const conversations: Conversation[] = sortedConversations(initialState('theo'))
  if (conversations.length > 0) throw new Error('nothing is known yet')
  const { messages }: HistoryPage = await client.history({ limit: 1 })
  for (const { from, text } of messages) console.log(`said by ${from}: ${text}`)
}

void main()
