import t from 'tap'
import {
  answer,
  asksOf,
  begun,
  conversation,
  event,
  idsOf,
  inRoom,
  joined,
  me,
  members,
  open,
  openedRoom,
  page,
  room,
  run,
  summary,
} from './fixtures.ts'

const member = (type: string, username: string, role: string, id: number) =>
  event(`member.${type}`, { room: 'x', username, role, by: 'bob', memberCount: 7 }, id)

t.test('joining a room adds it, and asks for it', async (t) => {
  let state = run(begun([summary('everyone')]), joined('x', 11))
  t.match(conversation(state, 'room:x'), { title: 'X', lastId: 11, readUpTo: 11, unread: 0 })
  t.match(conversation(state, 'room:x').room, { name: 'x', role: 'member' })
  t.same(asksOf(state), ['conversation of room:x'])
  state = run(state, event('message', inRoom(12, 'x'), 12))
  t.equal(idsOf(state, 'room:x'), '12')
  const whole = summary('room:x', {
    title: 'X',
    last: inRoom(12, 'x'),
    lastId: 12,
    readUpTo: 11,
    asOf: 12,
    unread: 1,
  })
  t.match(conversation(answer(state, 'conversation', whole), 'room:x'), { unread: 1, lastId: 12 })
})

t.test('a room of which only the name is told can be left again', async (t) => {
  const alone = { room: { name: 'x' }, role: 'member', by: 'bob' }
  const state = run(begun([]), event('room.joined', alone, 11))
  t.match(conversation(state, 'room:x'), { title: 'x', room: undefined })
  t.equal(answer(state, 'conversation', undefined).conversations.size, 0)
})

t.test('joining again drops what was held of the room, and asks for what was opened', async (t) => {
  const state = run(openedRoom(), joined('x', 11))
  t.equal(idsOf(state, 'room:x'), '')
  t.equal(conversation(state, 'room:x').members, undefined)
  t.same(asksOf(state), [
    'conversation of room:x',
    'messages of room:x',
    'room of room:x',
    'members of room:x',
  ])
})

t.test('the answer to what was asked before joining again is not taken', async (t) => {
  const before = run(begun([summary('room:x')]), open('room:x'))
  const [ask] = before.asks
  const state = run(before, joined('x', 11))
  const late = { type: 'answer', ask, body: page([inRoom(5, 'x')], 10) } as const
  t.equal(run(state, late as never), state)
})

t.test('a room that one leaves, or that is deleted, is dropped with its asks', async (t) => {
  const left = event('room.left', { room: 'x', by: me, reason: 'left' }, 11)
  const deleted = event('room.deleted', { room: 'x' }, 11)
  for (const action of [left, deleted]) {
    const state = run(begun([summary('room:x')]), open('room:x'), action)
    t.equal(state.conversations.size, 0)
    t.same(asksOf(state), [])
  }
})

t.test('a room is changed', async (t) => {
  const state = run(
    openedRoom(),
    event('room.updated', room('x', { title: 'New', topic: 'tea' }), 11),
  )
  t.match(conversation(state, 'room:x'), { title: 'New', room: { topic: 'tea', role: 'member' } })
  const closed = run(
    begun([summary('room:x')]),
    event('room.updated', room('x', { title: 'New' }), 11),
  )
  t.match(conversation(closed, 'room:x'), { title: 'New', room: undefined })
})

t.test('a title that the list has from later on does not go back', async (t) => {
  const before = begun([summary('room:x', { title: 'Newest', asOf: 20 })])
  const state = run(before, event('room.updated', room('x', { title: 'Newer' }), 11))
  t.equal(conversation(state, 'room:x').title, 'Newest')
})

t.test('members come, go, and have roles', async (t) => {
  let state = run(
    openedRoom(),
    member('joined', 'cid', 'member', 11),
    member('left', 'bob', 'member', 12),
  )
  t.same([...(conversation(state, 'room:x').members?.keys() ?? [])], ['ann', 'cid'])
  t.equal(conversation(state, 'room:x').room?.memberCount, 7)
  state = run(state, member('updated', 'cid', 'moderator', 13), member('updated', me, 'owner', 14))
  t.match(conversation(state, 'room:x').members?.get('cid'), { role: 'moderator' })
  t.match(conversation(state, 'room:x').members?.get(me), { role: 'owner', joinedAt: 'then' })
  t.equal(conversation(state, 'room:x').room?.role, 'owner')
})

t.test('members of a room that is not open, or not held, are passed over', async (t) => {
  const before = begun([summary('room:x')])
  const state = run(before, member('joined', 'cid', 'member', 11))
  t.match(conversation(state, 'room:x'), { members: undefined, room: undefined })
  t.same(asksOf(run(begun([]), member('joined', 'cid', 'member', 11))), [])
})

t.test('all pages of members are asked for, up to the bound', async (t) => {
  let state = run(begun([summary('room:x')], { members: 3 }), open('room:x'))
  t.match(state.asks[2], { path: '/v1/rooms/x/members?limit=3' })
  state = answer(state, 'members', members(['ann', 'bob'], true))
  t.match(state.asks[2], { path: '/v1/rooms/x/members?after=bob&limit=3' })
  state = answer(state, 'members', members(['cid', 'dan'], true))
  t.same([...(conversation(state, 'room:x').members?.keys() ?? [])], ['ann', 'bob', 'cid'])
  t.same(asksOf(state), ['messages of room:x', 'room of room:x'])
  state = run(state, member('joined', 'eve', 'member', 11))
  t.notOk(conversation(state, 'room:x').members?.has('eve'))
  const empty = answer(
    run(begun([summary('room:x')]), open('room:x')),
    'members',
    members([], true),
  )
  t.equal(empty.asks.length, 2, 'and a page that has none is the last')
})

t.test('what happened while members were read is in the picture', async (t) => {
  let state = run(begun([summary('room:x')]), open('room:x'), member('left', 'ann', 'member', 11))
  state = answer(state, 'members', members(['ann', 'bob'], true))
  t.same([...(conversation(state, 'room:x').members?.keys() ?? [])], ['bob'])
  state = run(state, member('left', 'cid', 'member', 12))
  state = answer(state, 'members', members(['cid', 'dan']))
  t.same([...(conversation(state, 'room:x').members?.keys() ?? [])], ['bob', 'dan'])
})

t.test('a message in a room that is not held asks for it', async (t) => {
  const state = run(begun([], { conversations: 0 }), event('message', inRoom(11, 'x'), 11))
  t.same(asksOf(state), ['conversation of room:x'])
})

t.test('a name is a part of a path', async (t) => {
  const state = run(begun([summary('room:a/b')]), open('room:a/b'), open('direct:ç'))
  t.same(
    state.asks.map(({ path }) => path),
    [
      '/v1/rooms/a%2Fb/messages?limit=50',
      '/v1/rooms/a%2Fb',
      '/v1/rooms/a%2Fb/members?limit=1000',
      '/v1/conversations/direct%3A%C3%A7',
      '/v1/messages?with=%C3%A7&limit=50',
    ],
  )
})
