import t from 'tap'
import {
  type ChangeCommand,
  type ChangeDecision,
  type ChangeFacts,
  decideChange,
} from '../../src/store/message-changes.ts'
import type { MessageEntry } from '../../src/store/message-log.ts'
import type { RoomRole } from '../../src/store/room.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const minute = 60_000

const broadcast: MessageEntry = {
  kind: 'message',
  id: 7,
  from: ann,
  to: null,
  room: null,
  text: 'hi',
  sentAt: 0,
  metadata: '{"a":1,"b":[2]}',
}
const direct = { ...broadcast, to: bob }
const inRoom = { ...broadcast, room: { id: 9, name: 'Tea' } }
const deleted = (message: MessageEntry) => ({ ...message, text: '', deletedAt: 1 })

/** Facts of Ann, who may see her own broadcast. */
function facts(changed: Partial<ChangeFacts> = {}): ChangeFacts {
  return {
    caller: ann,
    now: minute,
    message: broadcast,
    room: undefined,
    isBlocked: false,
    hasReacted: false,
    otherEmoji: 0,
    ...changed,
  }
}

function member(callerRole: RoomRole | undefined, changed: Partial<ChangeFacts['room']> = {}) {
  const room = { archived: false, callerIsBanned: false, callerRole, ...changed }
  return { message: inRoom, room }
}

function edit(changed: Partial<ChangeCommand & { kind: 'edit' }> = {}): ChangeCommand {
  const text = { value: 'ho', mentions: [] }
  return { kind: 'edit', id: 7, text, metadata: undefined, maxAgeMs: undefined, ...changed }
}

const remove: ChangeCommand = { kind: 'delete', id: 7 }
const react: ChangeCommand = { kind: 'react', id: 7, emoji: '👍' }
const unreact: ChangeCommand = { kind: 'unreact', id: 7, emoji: '👍' }
const text = (value: string) => edit({ text: { value, mentions: [] } })
const metadata = (value: string | null) => edit({ text: undefined, metadata: value })
const within = (minutes: number) => edit({ maxAgeMs: minutes * minute })

const refused = (refusal: string) => ({ refusal }) as ChangeDecision
const changes = { change: true }
const nothing = { change: false }

type Row = [what: string, ChangeCommand, Partial<ChangeFacts>, ChangeDecision]

const rows: Row[] = [
  ['what one may not see, for an edit', edit(), { message: undefined }, refused('unknown-message')],
  ['for a deletion', remove, { message: undefined }, refused('unknown-message')],
  ['for a reaction', react, { message: undefined }, refused('unknown-message')],

  ['an edit by the sender', edit(), {}, changes],
  ['of a direct message', edit(), { message: direct }, changes],
  ['by its recipient', edit(), { message: direct, caller: bob }, refused('not-sender')],
  ['by anyone else', edit(), { caller: bob }, refused('not-sender')],
  ['in a room', edit(), member('member'), changes],
  ['by its owner', edit(), { ...member('owner'), caller: bob }, refused('not-sender')],
  [
    'by a sender who is banned',
    edit(),
    member(undefined, { callerIsBanned: true }),
    refused('banned'),
  ],
  ['by one who has left', edit(), member(undefined), refused('not-a-member')],
  [
    'by another who is no member',
    edit(),
    { ...member(undefined), caller: bob },
    refused('not-a-member'),
  ],
  ['while archived', edit(), member('owner', { archived: true }), refused('room-archived')],
  [
    'of another’s message while archived',
    edit(),
    { ...member('owner', { archived: true }), caller: bob },
    refused('not-sender'),
  ],
  ['of a deleted message', edit(), { message: deleted(broadcast) }, refused('message-deleted')],
  ['by another', edit(), { message: deleted(broadcast), caller: bob }, refused('not-sender')],
  [
    'of a deleted message while archived',
    edit(),
    { ...member('member', { archived: true }), message: deleted(inRoom) },
    refused('room-archived'),
  ],
  ['just in time', within(1), {}, changes],
  ['a millisecond later', within(1), { now: minute + 1 }, refused('too-late')],
  [
    'of a deleted message, too late',
    within(0),
    { message: deleted(broadcast) },
    refused('message-deleted'),
  ],
  ['after years, where that is allowed', edit(), { now: 1e12 }, changes],

  ['the same text', text('hi'), {}, nothing],
  [
    'the same text, too late',
    edit({ text: { value: 'hi', mentions: [] }, maxAgeMs: 1 }),
    {},
    refused('too-late'),
  ],
  ['no field at all', edit({ text: undefined }), {}, nothing],
  ['other metadata', metadata('{"a":2}'), {}, changes],
  ['the same metadata', metadata('{"a":1,"b":[2]}'), {}, nothing],
  ['in another order', metadata('{"b":[2],"a":1}'), {}, nothing],
  ['the same fields in another list', metadata('{"b":[2,3],"a":1}'), {}, changes],
  ['none instead', metadata(null), {}, changes],
  [
    'none where there is none',
    metadata(null),
    { message: { ...broadcast, metadata: undefined } as never },
    nothing,
  ],
  [
    'some where there is none',
    metadata('{}'),
    { message: { ...broadcast, metadata: undefined } as never },
    changes,
  ],
  [
    'the same text with other metadata',
    edit({ text: { value: 'hi', mentions: [] }, metadata: '{}' }),
    {},
    changes,
  ],

  ['a deletion by the sender', remove, {}, changes],
  ['the second time', remove, { message: deleted(broadcast) }, nothing],
  ['by another', remove, { caller: bob }, refused('not-sender-or-moderator')],
  [
    'the second time, by another',
    remove,
    { message: deleted(broadcast), caller: bob },
    refused('not-sender-or-moderator'),
  ],
  [
    'of a direct message by its recipient',
    remove,
    { message: direct, caller: bob },
    refused('not-sender-or-moderator'),
  ],
  ['in a room that one has left', remove, member(undefined), changes],
  ['that has banned one', remove, member(undefined, { callerIsBanned: true }), changes],
  ['that is archived', remove, member('member', { archived: true }), changes],
  [
    'by another member',
    remove,
    { ...member('member'), caller: bob },
    refused('not-sender-or-moderator'),
  ],
  ['by a moderator', remove, { ...member('moderator'), caller: bob }, changes],
  ['by an owner', remove, { ...member('owner'), caller: bob }, changes],
  [
    'by a moderator while archived',
    remove,
    { ...member('moderator', { archived: true }), caller: bob },
    changes,
  ],
  [
    'by one who is no member',
    remove,
    { ...member(undefined), caller: bob },
    refused('not-sender-or-moderator'),
  ],
  ['long after', remove, { now: 1e12 }, changes],

  ['a reaction', react, { caller: bob }, changes],
  ['by one who is blocked', react, { message: direct, isBlocked: true }, refused('not-accepted')],
  ['taken back by one', unreact, { message: direct, isBlocked: true, hasReacted: true }, changes],
  ['an edit by one', edit(), { message: direct, isBlocked: true }, refused('not-accepted')],
  [
    'an edit by one who did not write it',
    edit(),
    { message: direct, caller: bob, isBlocked: true },
    refused('not-sender'),
  ],
  ['a deletion by one', remove, { message: direct, isBlocked: true }, changes],
  ['to a direct message', react, { message: direct, caller: bob }, changes],
  ['the same again', react, { hasReacted: true, otherEmoji: 19 }, nothing],
  ['a twentieth emoji', react, { otherEmoji: 19 }, changes],
  ['one more', react, { otherEmoji: 20 }, refused('too-many-reactions')],
  ['taken back', unreact, { hasReacted: true }, changes],
  ['taken back where there is none', unreact, {}, nothing],
  ['to a deleted message', react, { message: deleted(broadcast) }, refused('message-deleted')],
  ['taken back from one', unreact, { message: deleted(broadcast) }, refused('message-deleted')],
  ['in a room', react, { ...member('member'), caller: bob }, changes],
  ['by one who is no member', react, member(undefined), refused('not-a-member')],
  ['by one who is banned', react, member(undefined, { callerIsBanned: true }), refused('banned')],
  ['while archived', react, member('member', { archived: true }), refused('room-archived')],
  [
    'taken back while archived',
    unreact,
    member('member', { archived: true }),
    refused('room-archived'),
  ],
  ['taken back by one who is no member', unreact, member(undefined), refused('not-a-member')],
]

t.test('who may change a message, and when', async (t) => {
  for (const [what, command, found, decision] of rows)
    t.same(decideChange(command, facts(found)), decision, what)
})
