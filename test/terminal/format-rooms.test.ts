import t from 'tap'
import type { Message, ObrolEvent, Room } from '../../src/client/index.ts'
import { formatChange, formatMember, formatRoom } from '../../src/terminal/format-rooms.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { type Paragraph, renderParagraph } from '../../src/terminal/paragraph.ts'

const text = (paragraph: Paragraph | undefined) =>
  paragraph && renderParagraph(paragraph, Number.POSITIVE_INFINITY, plainPalette).join('\n')

const tea: Room = {
  name: 'tea',
  title: 'tea',
  topic: '',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: '2026-11-02T09:31:00.000Z',
  memberCount: 1,
}
const now = new Date(2026, 10, 24, 18, 0)
const sentAt = new Date(2026, 10, 24, 9, 5).toISOString()
const fields = { id: 1, from: 'bob', text: 'hi', sentAt }
const broadcast: Message = { ...fields, kind: 'broadcast' }
const cursor = '1-0000000a'

t.test('a room is listed with what it is', async (t) => {
  const table: [room: Room, line: string][] = [
    [tea, 'tea  1 member'],
    [{ ...tea, memberCount: 2, role: 'member', topic: 'Leaves' }, 'tea  2 members, joined: Leaves'],
    [{ ...tea, title: 'Tea time', role: 'owner' }, 'tea  Tea time, 1 member, joined, owner'],
    [{ ...tea, access: 'private', archived: true }, 'tea  1 member, private, archived'],
    [{ ...tea, topic: 'a\n[eve] : b' }, 'tea  1 member: a\\u{a}[eve] : b'],
  ]
  for (const [room, line] of table) t.equal(text(formatRoom(room)), line)
})

t.test('a member is listed with their role', async (t) => {
  const ann = { username: 'ann', role: 'owner', joinedAt: sentAt } as const
  t.equal(text(formatMember({ ...ann, online: true })), 'ann  owner, online')
  t.equal(text(formatMember({ ...ann, username: 'a\x1b', online: false })), 'a\\u{1b}  owner')
})

t.test('each change has its line', async (t) => {
  const inTea: Message = { ...fields, kind: 'room', room: 'tea' }
  const mine: Message = { ...broadcast, from: 'ann' }
  const toMe: Message = { ...fields, kind: 'direct', to: 'ann' }
  const joined = { room: { name: 'tea' }, role: 'member' } as const
  const member = { room: 'tea', username: 'cid', role: 'moderator', memberCount: 3 } as const
  const table: [event: ObrolEvent, line: string | undefined][] = [
    [{ type: 'message.updated', message: broadcast, cursor }, 'bob edited a message: hi'],
    [{ type: 'message.updated', message: mine, cursor }, 'you edited a message: hi'],
    [{ type: 'message.updated', message: inTea, cursor }, 'bob edited a message in tea: hi'],
    [{ type: 'message.updated', message: toMe, cursor }, 'bob edited a message to you: hi'],
    [
      { type: 'message.updated', message: { ...broadcast, text: 'a\n[eve] : b' }, cursor },
      'bob edited a message: a\n    [eve] : b',
    ],
    [{ type: 'message.deleted', message: broadcast, cursor }, 'bob deleted a message'],
    [
      { type: 'message.deleted', message: { ...inTea, by: 'bob' }, cursor },
      'bob deleted a message in tea',
    ],
    [
      { type: 'message.deleted', message: { ...inTea, by: 'cid' }, cursor },
      'cid deleted a message of bob in tea',
    ],
    [
      { type: 'message.deleted', message: { ...mine, by: 'cid' }, cursor },
      'cid deleted a message of yours',
    ],
    [
      { type: 'messages.erased', erased: { from: 'bob' }, cursor },
      'all messages of bob were deleted',
    ],
    [{ type: 'room.joined', joined: { ...joined, by: 'ann' }, cursor }, 'you joined tea'],
    [{ type: 'room.joined', joined: { ...joined, by: 'bob' }, cursor }, 'bob added you to tea'],
    [
      { type: 'room.left', left: { room: 'tea', by: 'ann', reason: 'left' }, cursor },
      'you left tea',
    ],
    [
      { type: 'room.left', left: { room: 'tea', by: 'bob', reason: 'banned' }, cursor },
      'bob banned you from tea',
    ],
    [
      { type: 'room.updated', room: { ...tea, title: 'Tea', topic: 'Leaves' }, cursor },
      'the room tea is now Tea: Leaves',
    ],
    [
      { type: 'room.updated', room: { ...tea, archived: true }, cursor },
      'the room tea is now tea, archived',
    ],
    [{ type: 'room.deleted', deleted: { room: 'tea' }, cursor }, 'the room tea was deleted'],
    [{ type: 'member.joined', member: { ...member, by: 'cid' }, cursor }, 'cid joined tea'],
    [{ type: 'member.joined', member: { ...member, by: 'ann' }, cursor }, 'you added cid to tea'],
    [{ type: 'member.left', member: { ...member, by: 'cid' }, cursor }, 'cid left tea'],
    [{ type: 'member.left', member: { ...member, by: 'bob' }, cursor }, 'bob removed cid from tea'],
    [
      { type: 'member.updated', member: { ...member, by: 'bob' }, cursor },
      'cid is now a moderator of tea',
    ],
    [
      { type: 'member.updated', member: { ...member, username: 'ann', by: 'bob' }, cursor },
      'you are now a moderator of tea',
    ],
    [{ type: 'read', read: { conversation: 'everyone', upTo: 1 } }, undefined],
  ]
  for (const [event, line] of table)
    t.equal(text(formatChange(event, { me: 'ann', detailed: false })), line, event.type)

  const detailed = { me: 'ann', detailed: true }
  const updated: ObrolEvent = { type: 'message.updated', message: inTea, cursor }
  t.equal(text(formatChange(updated, detailed, now)), 'bob edited a message of 09:05 in tea: hi')
  const deleted: ObrolEvent = { type: 'message.deleted', message: broadcast, cursor }
  t.equal(text(formatChange(deleted, detailed, now)), 'bob deleted a message of 09:05')
})
