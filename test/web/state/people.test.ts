import t from 'tap'
import {
  type Action,
  type ChatState,
  initialState,
  reduce,
} from '../../../src/client/state/index.ts'
import { directory, knownName } from '../../../src/web/state/people.ts'

/** Ann's state: bob and Zoe are online, and she wrote with bob, Ärzu and cid. */
function chat(): ChatState {
  const ready = { user: 'Ann', head: 3, online: ['Ann', 'bob', 'Zoe'], onlineCount: 3 }
  const counts = { readUpTo: 9, unread: 0, mentioned: 0, muted: false, asOf: 9 }
  const conversations = ['bob', 'Ärzu', 'cid'].map((to, at) => ({
    ...counts,
    id: `direct:${to}`,
    lastId: at + 1,
    last: {
      id: at + 1,
      kind: 'direct' as const,
      from: 'Ann',
      to,
      text: 'hi',
      sentAt: '2026-11-24T09:00:00.000Z',
    },
  }))
  const all = { ...counts, id: 'everyone', lastId: 0, last: null }
  const nothingSaid = { ...counts, id: 'direct:dan', lastId: 0, last: null }
  const began = reduce(initialState('Ann'), {
    type: 'event',
    event: { type: 'ready', ready, cursor: '3-00000000' },
    now: 0,
  })
  const [ask] = began.asks
  const body = {
    conversations: [...conversations, all, nothingSaid],
    more: false,
    cursor: '9-00000000',
  }
  return reduce(began, { type: 'answer', ask, body } as Action)
}

t.test('the directory has those who are online, then those with whom one wrote', async (t) => {
  t.same(directory(chat()), [
    { name: 'bob', online: true },
    { name: 'Zoe', online: true },
    { name: 'Ärzu', online: false },
    { name: 'cid', online: false },
  ])
  t.same(
    directory(chat(), ' O').map(({ name }) => name),
    ['bob', 'Zoe'],
  )
})

t.test('a name is known however it is typed', async (t) => {
  t.equal(knownName(chat(), 'BOB '), 'bob')
  t.equal(knownName(chat(), 'ann'), 'Ann')
  t.equal(knownName(chat(), 'dan'), undefined)
})
