import t from 'tap'
import type { HeldMessage, Room, RoomRole } from '../../../src/client/state/index.ts'
import { isAbove, rightsIn, rightsOver } from '../../../src/web/state/rights.ts'

const room = (role: RoomRole | undefined, more: Partial<Room> = {}): Room => ({
  name: 'tea',
  title: 'Tea',
  topic: '',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: '2026-11-24T09:00:00.000Z',
  memberCount: 3,
  ...(role && { role }),
  ...more,
})

const message = (from: string, more: Partial<HeldMessage> = {}): HeldMessage => ({
  id: 1,
  kind: 'room',
  room: 'tea',
  from,
  text: 'hi',
  sentAt: '2026-11-24T09:00:00.000Z',
  reactions: [],
  asOf: 1,
  ...more,
})

t.test('what is offered in a room follows from the role', async (t) => {
  t.same(rightsIn(room(undefined)), { write: false, add: false, moderate: false, own: false })
  t.same(rightsIn(room('member')), { write: true, add: true, moderate: false, own: false })
  t.equal(rightsIn(room('member', { access: 'private' })).add, false)
  t.same(rightsIn(room('moderator', { access: 'private' })), {
    write: true,
    add: true,
    moderate: true,
    own: false,
  })
  t.same(rightsIn(room('owner', { archived: true })), {
    write: false,
    add: true,
    moderate: true,
    own: true,
  })
})

t.test('moderators and owners may remove who has a lower role', async (t) => {
  t.ok(isAbove('owner', 'moderator'))
  t.ok(isAbove('moderator', 'member'))
  t.notOk(isAbove('moderator', 'moderator'))
  t.notOk(isAbove('member', 'member'))
  t.notOk(isAbove(undefined, 'member'))
})

t.test('what is offered for a message', async (t) => {
  const own = { answer: true, edit: true, delete: true }
  t.same(rightsOver(message('ann'), 'ann', undefined), own)
  t.same(rightsOver(message('ann'), 'ann', room('member')), own)
  t.same(rightsOver(message('bob'), 'ann', room('member')), { ...own, edit: false, delete: false })
  t.same(rightsOver(message('bob'), 'ann', room('moderator')), { ...own, edit: false })
  const archived = room('member', { archived: true })
  t.same(rightsOver(message('ann'), 'ann', archived), { answer: false, edit: false, delete: true })
  const deleted = message('ann', { deletedAt: '2026-11-24T09:01:00.000Z' })
  t.same(rightsOver(deleted, 'ann', undefined), { answer: false, edit: false, delete: false })
})
