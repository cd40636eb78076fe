import t from 'tap'
import {
  everyone,
  foldName,
  partnerOf,
  personConversation,
} from '../../../src/web/state/conversation-ids.ts'

t.test('a direct conversation is named for the other user', async (t) => {
  t.equal(personConversation('Bob'), 'direct:Bob')
  t.equal(partnerOf('direct:Bob'), 'Bob')
  t.equal(partnerOf('room:direct'), undefined)
  t.equal(partnerOf(everyone), undefined)
})

t.test('names that the server takes for one are folded to one', async (t) => {
  t.equal(foldName('ＢＯＢ'), 'bob')
  t.equal(foldName('bob'), foldName('Bob'))
})
