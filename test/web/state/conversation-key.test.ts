import t from 'tap'
import {
  conversationOf,
  foldName,
  partnerOf,
  room,
} from '../../../src/web/state/conversation-key.ts'
import { broadcastMessage, directMessage } from '../message-fixtures.ts'

t.test('a message belongs to the room, or to the conversation with the other user', async (t) => {
  t.equal(conversationOf(broadcastMessage(1, 'bob'), 'Ann'), room)
  t.equal(conversationOf(directMessage(2, 'Bob', 'Ann'), 'Ann'), 'bob')
  t.equal(partnerOf(directMessage(3, 'Ann', 'Bob'), 'Ann'), 'Bob')
  t.equal(partnerOf(directMessage(4, 'Ann', 'Ann'), 'Ann'), 'Ann')
  t.equal(foldName('ＢＯＢ'), 'bob')
})
