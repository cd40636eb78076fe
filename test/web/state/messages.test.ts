import fc from 'fast-check'
import t from 'tap'
import type { Message } from '../../../src/client/index.ts'
import { mergeMessages, messagesFrom } from '../../../src/web/state/messages.ts'
import { broadcastMessage } from '../message-fixtures.ts'

const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

t.test('messages are merged once and in order', async (t) => {
  const message = fc.integer({ min: 1, max: 60 }).map((id) => broadcastMessage(id, 'bob'))
  fc.assert(
    fc.property(fc.array(fc.array(message, { maxLength: 20 })), (arrivals) => {
      let held: readonly Message[] = []
      for (const arrival of arrivals) held = mergeMessages(held, arrival)
      const expected = [...new Set(arrivals.flat().map(({ id }) => id))].sort((a, b) => a - b)
      t.strictSame(ids(held), expected)
    }),
    { numRuns: 60 },
  )
  const held = [broadcastMessage(1, 'bob'), broadcastMessage(2, 'bob')]
  t.equal(
    mergeMessages(held, [broadcastMessage(2, 'bob')]),
    held,
    'the same array if nothing is new',
  )
  t.equal(messagesFrom(held, 1), held)
  t.strictSame(ids(messagesFrom(held, 2)), [2])
})
