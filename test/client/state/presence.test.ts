import t from 'tap'
import { sortedMembers, typingIn } from '../../../src/client/state/index.ts'
import {
  answer,
  asksOf,
  begun,
  conversation,
  event,
  members,
  message,
  open,
  openedRoom,
  ready,
  run,
  summary,
} from './fixtures.ts'

const presence = (joined: string[], left: string[], fields: object = {}) =>
  event('presence', { joined, left, onlineCount: 5, ...fields })
const users = (names: string[], more = false) => ({
  users: names.map((username) => ({ username, onlineSince: '' })),
  count: 5,
  more,
})

t.test('who is online is what ready says, and who came and went since', async (t) => {
  const state = run(begun([]), ready(10, { online: ['ann', 'bob'] }), presence(['cid'], ['bob']))
  t.same([...state.online.names], ['ann', 'cid'])
  t.match(state.online, { count: 5, complete: true })
})

t.test('names that are left out, or too many, are asked for', async (t) => {
  const without = run(begun([]), ready(10, { online: undefined }))
  t.match(without.asks[0], { kind: 'online', path: '/v1/users/online?limit=1000' })
  const state = answer(run(without, presence(['cid'], ['bob'])), 'online', users(['ann', 'bob']))
  t.same([...state.online.names], ['ann', 'cid'], 'with who came and went since')
  t.equal(state.online.complete, true)
  const resync = run(begun([]), presence([], [], { resync: true }))
  t.same(asksOf(resync), ['online'])
  t.same(asksOf(run(begun([], { online: 0 }), presence([], [], { resync: true }))), [])
})

t.test('an answer from before the last ready is not taken', async (t) => {
  const before = run(begun([]), presence([], [], { resync: true }))
  const late = { type: 'answer', ask: before.asks[0], body: users(['bob']) } as never
  const state = run(before, ready(10, { online: ['ann'] }), late)
  t.same([...state.online.names], ['ann'])
})

t.test('no more names are held than the bound', async (t) => {
  const state = run(begun([], { online: 2 }), ready(10, { online: ['ann', 'bob', 'cid'] }))
  t.same([...state.online.names], ['ann', 'bob'])
  t.equal(state.online.complete, false)
})

t.test('members say who is online where the list is too long', async (t) => {
  let state = run(openedRoom(['ann', 'bob', 'cid']), open('everyone'))
  state = run(state, ready(10, { online: undefined }))
  state = answer(state, 'online', users(['ann', 'zoe'], true))
  t.ok(asksOf(state).includes('members of room:x'))
  const page = members(['ann', 'bob', 'cid'])
  const online = page.members.map((member) => ({ ...member, online: member.username !== 'ann' }))
  state = run(state, presence([], ['cid']))
  state = answer(state, 'members', { ...page, members: online })
  t.same([...state.online.names], ['zoe', 'bob'])
  const known = run(
    openedRoom(['bob']),
    ready(10, { online: ['bob'] }),
    presence([], [], { resync: true }),
  )
  t.same(asksOf(answer(known, 'online', users(['bob']))), ['conversations'])
})

t.test('an answer about members from before the last list of names is not taken', async (t) => {
  const again = (before: ReturnType<typeof begun>) =>
    answer(run(before, ready(10, { online: undefined })), 'online', users(['zoe'], true))
  const first = again(openedRoom(['ann']))
  const second = again(first)
  const asked = (state: typeof first) => state.asks.filter(({ kind }) => kind === 'members')
  t.equal(asked(second).length, 1)
  t.not(asked(second)[0]?.id, asked(first)[0]?.id)
})

t.test('an answer about members does not bring back who left before ready', async (t) => {
  let state = run(begun([summary('room:x')]), open('room:x'), presence(['cid'], []))
  state = run(state, ready(10, { online: ['ann'] }))
  state = answer(state, 'members', members(['ann', 'cid']))
  t.same([...state.online.names], ['ann'])
})

t.test('members are listed by role and name, with who is online', async (t) => {
  const role = (username: string, role: string, id: number) =>
    event('member.updated', { room: 'x', username, role, by: '', memberCount: 3 }, id)
  const state = run(
    openedRoom(['ann', 'bob', 'Cid', 'dan']),
    role('dan', 'owner', 11),
    role('Cid', 'moderator', 12),
    presence(['bob'], []),
  )
  t.same(
    sortedMembers(state, conversation(state, 'room:x')).map((each) => [each.username, each.online]),
    [
      ['dan', false],
      ['Cid', false],
      ['ann', false],
      ['bob', true],
    ],
  )
  const closed = begun([summary('room:x')])
  t.same(sortedMembers(closed, conversation(closed, 'room:x')), [])
})

t.test('who is typing is shown for six seconds, or until their message', async (t) => {
  const typing = (usernames: string[], now: number, more?: true) => ({
    ...event('typing', { conversation: 'everyone', usernames, ...(more && { more }) }),
    now,
  })
  let state = run(begun([summary('everyone')], { typing: 2 }), typing(['bob'], 1_000))
  const names = (now: number) => typingIn(conversation(state), now)
  t.same(names(6_999), ['bob'])
  t.same(names(7_000), [])
  t.equal(run(state, { type: 'tick', now: 6_999 }), state)
  state = run(state, typing(['cid'], 4_000))
  t.same(names(5_000), ['cid'], 'who is not named has stopped')
  state = run(state, typing(['dan', 'eve'], 8_000))
  t.same(names(9_000), ['dan', 'eve'])
  state = run(state, event('message', message(11, { from: 'dan' }), 11))
  t.same(names(9_000), ['eve'])
  state = run(state, typing(['fay', 'gus'], 13_000, true))
  t.same(names(13_500), ['fay', 'gus'], 'no more than the bound')
  state = run(state, typing(['hal'], 14_500, true))
  t.same(names(14_500), ['gus', 'hal'], 'there are more than are named')
  state = run(state, typing(['gus', 'hal'], 14_600, true), { type: 'tick', now: 19_000 })
  t.same(names(19_000), ['gus', 'hal'])
  state = run(state, typing(['hal'], 20_000, true), { type: 'tick', now: 20_600 })
  t.same(names(20_600), ['hal'], 'each for its own time')
  state = run(state, typing([], 21_000))
  t.same(names(21_000), [], 'nobody any more')
  t.equal(
    run(state, {
      ...typing(['x'], 1),
      event: { type: 'typing', typing: { conversation: 'room:z', usernames: ['x'] } },
    } as never),
    state,
  )
})
