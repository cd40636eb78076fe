import t, { type Test } from 'tap'
import type { Room, RoomRole } from '../../src/store/room.ts'
import { decideRoom, type RoomChange, type RoomFacts } from '../../src/store/room-rules.ts'
import type { RoomCommand, RoomRefusal } from '../../src/store/room-store.ts'
import { ban, create, deleteRoom, newRoom, put, remove, unban, update } from './room-commands.ts'

const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((username, at) => ({ id: at + 1, username }))
const caller = ann as NonNullable<typeof ann>
const target = bob as NonNullable<typeof bob>
const successor = cid as NonNullable<typeof cid>

const open: Room = {
  id: 9,
  name: 'tea',
  title: 'Tea',
  topic: '',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: 0,
  memberCount: 3,
}
const closed: Room = { ...open, access: 'private' }

type Facts = Partial<RoomFacts>

/** Ann calls, Bob is the target, Cid the owner. */
const facts: RoomFacts = {
  caller,
  room: open,
  callerRole: undefined,
  callerIsBanned: false,
  target,
  targetRole: undefined,
  targetIsBanned: false,
  targetHasLeft: false,
  callerIsBlocked: false,
  otherOwners: 1,
  successor,
  joinedRooms: 0,
  nameIsTaken: false,
}

const by = (callerRole: RoomRole, rest: Facts = {}): Facts => ({ callerRole, ...rest })
/** Ann is caller and target at once. */
const self = (role?: RoomRole, rest: Facts = {}): Facts => ({
  callerRole: role,
  targetRole: role,
  target: caller,
  ...rest,
})

type Row = [name: string, command: RoomCommand, facts: Facts, expected: RoomRefusal | RoomChange[]]

function judge(t: Test, rows: Row[]): void {
  for (const [name, command, given, expected] of rows)
    t.same(
      decideRoom(command, { ...facts, ...given }),
      typeof expected === 'string' ? { refusal: expected } : { changes: expected },
      name,
    )
}

const join = (member = caller, role: RoomRole = 'member'): RoomChange => ({
  kind: 'join',
  member,
  role,
})
const left: RoomChange = { kind: 'leave', member: caller, reason: 'left' }
const removed: RoomChange = { kind: 'leave', member: target, reason: 'removed' }
const setRole = (role: RoomRole, member = target): RoomChange => ({
  kind: 'set-role',
  member,
  role,
})

const joining = put('tea', 'ann')
const adding = put('tea', 'bob')
const leaving = remove('tea', 'ann')
const removing = remove('tea', 'bob')

t.test('a room is made with its owner, unless its name is taken', async (t) => {
  const tea = create('tea', {}, { maxRooms: 2 })
  const made: RoomChange[] = [{ kind: 'create', room: newRoom('tea') }, join(caller, 'owner')]
  judge(t, [
    ['anyone', tea, { room: undefined }, made],
    ['the last that one may join', tea, { joinedRooms: 1 }, made],
    ['one too many', tea, { joinedRooms: 2 }, 'too-many-rooms'],
    ['a taken name', tea, { nameIsTaken: true }, 'room-name-taken'],
    ['both', tea, { nameIsTaken: true, joinedRooms: 2 }, 'room-name-taken'],
  ])
})

t.test('who may not read a room learns nothing of it, whatever they ask', async (t) => {
  const commands = [
    update('tea', { title: 'Chai' }),
    deleteRoom('tea'),
    joining,
    adding,
    removing,
    ban('tea', 'bob'),
    unban('tea', 'bob'),
  ]
  for (const command of commands)
    judge(t, [
      ['there is none', command, { room: undefined }, 'unknown-room'],
      ['a private one', command, { room: closed }, 'unknown-room'],
      ['banned from it, too', command, { room: closed, callerIsBanned: true }, 'unknown-room'],
      ['nor who is registered', command, { room: closed, target: undefined }, 'unknown-room'],
    ])
  judge(t, [['not even oneself', leaving, self(undefined, { room: closed }), 'unknown-room']])
})

t.test('the banned may do nothing but leave', async (t) => {
  const callerIsBanned = true
  for (const command of [
    update('tea', {}),
    deleteRoom('tea'),
    adding,
    removing,
    ban('tea', 'bob'),
    unban('tea', 'bob'),
  ])
    judge(t, [
      ['an open room', command, { callerIsBanned }, 'banned'],
      ['before who is registered', command, { callerIsBanned, target: undefined }, 'banned'],
      ['before the state', command, { callerIsBanned, targetRole: 'member' }, 'banned'],
    ])
  const banned = self(undefined, { callerIsBanned, targetIsBanned: true })
  judge(t, [
    ['joining', joining, banned, 'banned'],
    ['leaving', leaving, banned, []],
    ['lifting the ban', unban('tea', 'ann'), banned, 'banned'],
  ])
})

t.test('a target must be registered', async (t) => {
  for (const command of [adding, removing, ban('tea', 'bob'), unban('tea', 'bob')])
    for (const callerRole of [undefined, 'owner'] as const)
      judge(t, [[command.kind, command, { callerRole, target: undefined }, 'unknown-user']])
})

t.test('moderators say what a room is about; owners close it, and never open it', async (t) => {
  const texts = { title: 'Chai', topic: 'Spices' }
  const written: RoomChange[] = [{ kind: 'update', fields: texts }]
  const toPrivate = { access: 'private' } as const
  const toOpen = { access: 'open' } as const
  const archived = { archived: true }
  judge(t, [
    ['a stranger', update('tea', texts), {}, 'not-a-member'],
    ['a member', update('tea', texts), by('member'), 'needs-moderator'],
    ['a moderator', update('tea', texts), by('moderator'), written],
    ['an owner', update('tea', texts), by('owner'), written],
    [
      'in an archive',
      update('tea', texts),
      by('owner', { room: { ...open, archived: true } }),
      written,
    ],
    ['a stranger archives', update('tea', archived), {}, 'not-a-member'],
    ['a moderator archives', update('tea', archived), by('moderator'), 'needs-owner'],
    ['with a title', update('tea', { ...texts, ...archived }), by('moderator'), 'needs-owner'],
    [
      'an owner archives',
      update('tea', archived),
      by('owner'),
      [{ kind: 'update', fields: archived }],
    ],
    [
      'an owner opens an archive',
      update('tea', { archived: false }),
      by('owner', { room: { ...open, archived: true } }),
      [{ kind: 'update', fields: { archived: false } }],
    ],
    ['a moderator closes', update('tea', toPrivate), by('moderator'), 'needs-owner'],
    [
      'an owner closes',
      update('tea', toPrivate),
      by('owner'),
      [{ kind: 'update', fields: toPrivate }],
    ],
    ['an owner opens', update('tea', toOpen), by('owner', { room: closed }), 'cannot-open'],
    ['rights first', update('tea', toOpen), by('moderator', { room: closed }), 'needs-owner'],
  ])
})

t.test('what is as it was makes no entry', async (t) => {
  const room = { ...open, title: 'Chai', topic: 'Spices' }
  const same = { title: 'Chai', topic: 'Spices', archived: false, access: 'open' } as const
  judge(t, [
    ['all', update('tea', same), by('owner', { room }), []],
    ['nothing asked for', update('tea', {}), by('moderator', { room }), []],
    ['rights first', update('tea', {}), by('member', { room }), 'needs-moderator'],
    ['private again', update('tea', { access: 'private' }), by('owner', { room: closed }), []],
    [
      'but what differs does',
      update('tea', { ...same, topic: 'Leaves' }),
      by('owner', { room }),
      [{ kind: 'update', fields: { topic: 'Leaves' } }],
    ],
  ])
})

t.test('owners delete', async (t) => {
  judge(t, [
    ['a stranger', deleteRoom('tea'), {}, 'not-a-member'],
    ['a member', deleteRoom('tea'), by('member'), 'needs-owner'],
    ['a moderator', deleteRoom('tea'), by('moderator'), 'needs-owner'],
    ['an owner', deleteRoom('tea'), by('owner'), [{ kind: 'delete' }]],
  ])
})

t.test('anyone joins an open room', async (t) => {
  const limited = put('tea', 'ann', undefined, { maxRooms: 2, maxMembers: 4 })
  const empty = {
    room: { ...open, archived: true, memberCount: 0 },
    otherOwners: 0,
    successor: undefined,
  }
  judge(t, [
    ['a stranger', joining, self(), [join()]],
    ['who left', joining, self(undefined, { targetHasLeft: true }), [join()]],
    ['as a member', put('tea', 'ann', 'member'), self(), [join()]],
    ['as more', put('tea', 'ann', 'moderator'), self(), 'not-a-member'],
    ['again', joining, self('member'), []],
    ['again, as what they are', put('tea', 'ann', 'moderator'), self('moderator'), []],
    ['a member of a private one', joining, self('member', { room: closed }), []],
    ['within the limits', limited, self(undefined, { joinedRooms: 1 }), [join()]],
    ['one room too many', limited, self(undefined, { joinedRooms: 2 }), 'too-many-rooms'],
    ['a full room', limited, self(undefined, { room: { ...open, memberCount: 4 } }), 'room-full'],
    ['a room without members', joining, self(undefined, empty), [join(caller, 'owner')]],
    [
      'one of them, as an owner',
      put('tea', 'ann', 'owner'),
      self(undefined, empty),
      'not-a-member',
    ],
  ])
})

t.test('members add to an open room, moderators to a private one and who once left', async (t) => {
  const limited = put('tea', 'bob', undefined, { maxRooms: 2, maxMembers: 4 })
  const added = [join(target)]
  judge(t, [
    ['a stranger', adding, {}, 'not-a-member'],
    ['a member', adding, by('member'), added],
    ['a moderator', adding, by('moderator'), added],
    ['an owner', adding, by('owner'), added],
    ['a member of a private room', adding, by('member', { room: closed }), 'needs-moderator'],
    ['a moderator of one', adding, by('moderator', { room: closed }), added],
    ['an owner of one', adding, by('owner', { room: closed }), added],
    ['a member, who left', adding, by('member', { targetHasLeft: true }), 'needs-moderator'],
    ['a stranger, who left', adding, { targetHasLeft: true }, 'not-a-member'],
    ['a moderator, who left', adding, by('moderator', { targetHasLeft: true }), added],
    ['the banned', adding, by('owner', { targetIsBanned: true }), 'target-banned'],
    ['who has blocked them', adding, by('member', { callerIsBlocked: true }), 'not-accepted'],
    ['a stranger whom they have blocked', adding, { callerIsBlocked: true }, 'not-a-member'],
    [
      'who is one already',
      adding,
      by('member', { targetRole: 'owner', callerIsBlocked: true }),
      [],
    ],
    ['whatever rooms they are in', limited, by('member', { joinedRooms: 2 }), added],
    ['to a full room', limited, by('owner', { room: { ...open, memberCount: 4 } }), 'room-full'],
    ['a moderator, as one', put('tea', 'bob', 'moderator'), by('moderator'), 'needs-owner'],
    ['a moderator, as a member', put('tea', 'bob', 'member'), by('moderator'), added],
    ['an owner, as an owner', put('tea', 'bob', 'owner'), by('owner'), [join(target, 'owner')]],
  ])
})

t.test('owners give roles; the last one stays', async (t) => {
  const toMember = put('tea', 'bob', 'member')
  const toModerator = put('tea', 'bob', 'moderator')
  const stepDown = put('tea', 'ann', 'member')
  judge(t, [
    ['a stranger', toModerator, { targetRole: 'member' }, 'not-a-member'],
    ['a member', toModerator, by('member', { targetRole: 'member' }), 'needs-owner'],
    ['a moderator', toMember, by('moderator', { targetRole: 'moderator' }), 'needs-owner'],
    ['oneself', put('tea', 'ann', 'owner'), self('moderator'), 'needs-owner'],
    ['an owner', toModerator, by('owner', { targetRole: 'member' }), [setRole('moderator')]],
    ['of another owner', toMember, by('owner', { targetRole: 'owner' }), [setRole('member')]],
    ['the same', toModerator, by('owner', { targetRole: 'moderator' }), []],
    ['one of two steps down', stepDown, self('owner'), [setRole('member', caller)]],
    ['the last one', stepDown, self('owner', { otherOwners: 0 }), 'last-owner'],
    ['the last one, the same', put('tea', 'ann', 'owner'), self('owner', { otherOwners: 0 }), []],
  ])
})

t.test('everyone may leave, and remove who has a lower role', async (t) => {
  judge(t, [
    ['a stranger leaves', leaving, self(), []],
    ['a member leaves', leaving, self('member'), [left]],
    ['an owner of two leaves', leaving, self('owner'), [left]],
    ['a stranger removes', removing, { targetRole: 'member' }, 'not-a-member'],
    ['a member, a member', removing, by('member', { targetRole: 'member' }), 'not-outranked'],
    ['a moderator, a member', removing, by('moderator', { targetRole: 'member' }), [removed]],
    [
      'a moderator, their like',
      removing,
      by('moderator', { targetRole: 'moderator' }),
      'not-outranked',
    ],
    ['a moderator, an owner', removing, by('moderator', { targetRole: 'owner' }), 'not-outranked'],
    ['an owner, a moderator', removing, by('owner', { targetRole: 'moderator' }), [removed]],
    ['an owner, an owner', removing, by('owner', { targetRole: 'owner' }), 'not-outranked'],
    ['who is none', removing, by('member'), []],
    ['a stranger, who is none', removing, {}, []],
  ])
})

t.test('a room with members has an owner; without, it is closed', async (t) => {
  const alone = { otherOwners: 0, successor: undefined }
  const lone = (room: Room) => self('owner', { ...alone, room: { ...room, memberCount: 1 } })
  const archived: RoomChange = { kind: 'update', fields: { archived: true } }
  judge(t, [
    [
      'the next owner comes before the last one goes',
      leaving,
      self('owner', { otherOwners: 0 }),
      [setRole('owner', successor), left],
    ],
    ['an open room', leaving, lone(open), [left, archived]],
    ['an archived one', leaving, lone({ ...open, archived: true }), [left]],
    ['a private one', leaving, lone(closed), [left, { kind: 'delete' }]],
  ])
})

t.test('moderators ban who has a lower role', async (t) => {
  const banning = ban('tea', 'bob')
  const banned: RoomChange = { kind: 'ban', member: target }
  const out: RoomChange = { kind: 'leave', member: target, reason: 'banned' }
  const lifted: RoomChange = { kind: 'unban', member: target }
  judge(t, [
    ['a stranger', banning, {}, 'not-a-member'],
    ['a member', banning, by('member'), 'needs-moderator'],
    ['a moderator, a stranger', banning, by('moderator'), [banned]],
    ['a moderator, a member', banning, by('moderator', { targetRole: 'member' }), [banned, out]],
    [
      'a moderator, their like',
      banning,
      by('moderator', { targetRole: 'moderator' }),
      'not-outranked',
    ],
    ['an owner, a moderator', banning, by('owner', { targetRole: 'moderator' }), [banned, out]],
    ['an owner, an owner', banning, by('owner', { targetRole: 'owner' }), 'not-outranked'],
    ['oneself', ban('tea', 'ann'), self('moderator'), 'not-outranked'],
    ['again', banning, by('moderator', { targetIsBanned: true }), []],
    [
      'a member lifts one',
      unban('tea', 'bob'),
      by('member', { targetIsBanned: true }),
      'needs-moderator',
    ],
    ['a moderator does', unban('tea', 'bob'), by('moderator', { targetIsBanned: true }), [lifted]],
    ['of who is not banned', unban('tea', 'bob'), by('moderator'), []],
    ['of a member', unban('tea', 'bob'), by('moderator', { targetRole: 'member' }), []],
  ])
})
