import t from 'tap'
import { checkRoomChanges, parseNewRoom, type RoomInput } from '../../src/chat/room-input.ts'
import {
  Rooms,
  type RoomsOptions,
  toBan,
  toMember,
  toRoom,
  toRoomView,
} from '../../src/chat/rooms.ts'
import type { Draft } from '../../src/store/message-log.ts'
import type { Room, RoomMember } from '../../src/store/room.ts'
import type {
  RoomCommand,
  RoomOutcome,
  RoomRefusal,
  RoomStore,
} from '../../src/store/room-store.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const tea: Room = {
  id: 9,
  name: 'Tea',
  title: 'The tea room',
  topic: 'Leaves',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: 0,
  memberCount: 2,
}
const ofAnn = { room: tea, membership: { role: 'owner', joinedAt: 1000 } } as const
const bob = { id: 2, username: 'bob' }
const member: RoomMember = { person: bob, role: 'member', joinedAt: 1000 }
const ban = { person: bob, by: { id: 1, username: 'ann' }, at: 1000 }
const epoch = '1970-01-01T00:00:00.000Z'
const second = '1970-01-01T00:00:01.000Z'

/** What was executed: by which session, what, and with which idempotency key. */
type Executed = [number, RoomCommand, Draft['idempotency']]

/** Answers every call with what the test has set, and keeps what it was asked. */
class ScriptedRooms implements RoomStore {
  readonly executed: Executed[] = []
  readonly asked: unknown[][] = []
  outcome: RoomOutcome = { kind: 'done', room: ofAnn, member, replayed: false, joined: true }
  failure: Error | undefined
  isReadable = true
  bansAre: { bans: (typeof ban)[]; more: boolean } | 'forbidden' = { bans: [ban], more: true }

  async execute(...executed: Executed): Promise<RoomOutcome> {
    this.executed.push(executed)
    if (this.failure) throw this.failure
    return this.outcome
  }

  find = (...asked: unknown[]) => this.#answer(asked, ofAnn)
  list = async (...asked: unknown[]) => {
    await this.#answer(asked, undefined)
    return { rooms: [ofAnn], more: false }
  }
  members = (...asked: unknown[]) =>
    this.#answer(asked, { members: [member], count: 2, more: true })
  bans = (...asked: unknown[]) => this.#answer(asked, this.bansAre)
  memberships = async () => ({ head: 0, rooms: [], lastLeftId: 0 })

  async #answer<T>(asked: unknown[], answer: T): Promise<T | undefined> {
    this.asked.push(asked)
    if (this.failure) throw this.failure
    return this.isReadable ? answer : undefined
  }
}

async function open(options: Partial<RoomsOptions> = {}) {
  const store = new MemoryStore()
  const scripted = new ScriptedRooms()
  const online = new Set([2])
  const rooms = new Rooms({
    store: { accounts: store.accounts, rooms: scripted },
    presence: {
      isOnline: (account) => online.has(account),
      onlineAmong: async (accounts) => new Set(accounts.filter((one) => online.has(one))),
    },
    creation: 'everyone',
    maxRooms: 3,
    maxMembers: 5,
    ...options,
  })
  return { rooms, scripted, online, store, ann: await store.join('ann') }
}

t.test('clients get a room with their own part, and times in RFC 3339', async (t) => {
  const { id: _, ...rest } = tea
  const everyones = { ...rest, createdAt: epoch }
  t.same(toRoom(tea), everyones)
  t.same(toRoomView({ room: tea, membership: null }), everyones)
  t.same(toRoomView(ofAnn), { ...everyones, role: 'owner', joinedAt: second })
  t.same(toMember({ ...member, online: true }), {
    username: 'bob',
    role: 'member',
    joinedAt: second,
    online: true,
  })
  t.same(toBan(ban), { username: 'bob', by: 'ann', at: second })
})

t.test('a room is made as it was asked for, or with the defaults', async (t) => {
  const { rooms, scripted, ann } = await open()
  const made = await rooms.create(ann, parseNewRoom({ name: 'Tea' }))
  t.same(made.room, ofAnn)
  t.equal(made.replayed, false)
  const asked = { title: 'Rum', topic: '', access: 'private', history: 'since-joined' } as const
  await rooms.create(ann, parseNewRoom({ name: 'Straße', ...asked }))
  t.match(scripted.executed, [
    [
      ann.id,
      {
        kind: 'create',
        room: {
          name: 'Tea',
          key: 'tea',
          title: 'Tea',
          topic: '',
          access: 'open',
          history: 'all',
        },
        maxRooms: 3,
      },
      null,
    ],
    [ann.id, { room: { name: 'Straße', key: 'strasse', ...asked } }, null],
  ])
})

t.test('an invalid room is refused with all that is wrong', async (t) => {
  const wrong = { name: 'a b', title: 'a\nb', topic: '\0', history: 'since-joined' } as const
  t.match(await refusalOf(() => parseNewRoom(wrong)), {
    code: 'invalid-request',
    errors: [
      { pointer: '/name', detail: /letters/ },
      { pointer: '/title', detail: 'must be on one line, but holds U+000A' },
      { pointer: '/topic', detail: /U\+0000/ },
      { pointer: '/history', detail: /"all" in an open room/ },
    ],
  })
  t.match(await refusalOf(() => parseNewRoom({ name: 'x' })), {
    errors: [{ pointer: '/name', detail: 'must be 2 to 32 characters long, but has 1' }],
  })
  t.match(await refusalOf(() => checkRoomChanges({ title: ' ', topic: 'x'.repeat(501) })), {
    errors: [
      { pointer: '/title', detail: /white space/ },
      { pointer: '/topic', detail: 'must be at most 500 characters long, but has 501' },
    ],
  })
  checkRoomChanges({ archived: true, access: 'open' })
})

t.test('a reserved name is taken, and where only moderators make rooms nobody can', async (t) => {
  const { rooms, scripted, ann } = await open()
  const reserved = parseNewRoom({ name: 'Everyone' })
  t.match(await refusalOf(() => rooms.create(ann, reserved)), {
    code: 'room-name-taken',
    detail: /reserved/,
  })
  const closed = (await open({ creation: 'moderators' })).rooms
  const allowed = parseNewRoom({ name: 'tea' })
  t.match(await refusalOf(() => closed.create(ann, allowed)), { code: 'forbidden' })
  t.same(scripted.executed, [])
  const earlier = await open({ creation: 'moderators' })
  earlier.scripted.outcome = { ...earlier.scripted.outcome, replayed: true } as RoomOutcome
  const again = await earlier.rooms.create(ann, parseNewRoom({ name: 'tea' }, 'key'))
  t.equal(again.replayed, true, 'a room from before it was so is found by its key')
})

t.test('an idempotency key covers all that was asked for, defaults included', async (t) => {
  const { rooms, scripted, ann } = await open()
  const digest = (input: RoomInput) => parseNewRoom(input, 'key').idempotency?.digest
  const plain = digest({ name: 'tea' })
  t.match(parseNewRoom({ name: 'tea' }, 'key').idempotency, { key: 'key' })
  const same = { name: 'tea', title: 'tea', topic: '', access: 'open', history: 'all' } as const
  t.equal(digest(same), plain)
  const others = [
    { ...same, name: 'Tea' },
    { ...same, title: 'Tea' },
    { ...same, topic: 'x' },
    { ...same, access: 'private' },
    { ...same, access: 'private', history: 'since-joined' },
  ] as const
  t.equal(new Set([plain, ...others.map(digest)]).size, 6)

  scripted.outcome = { kind: 'done', room: { name: 'tea' }, member, replayed: true, joined: false }
  const again = await rooms.create(ann, parseNewRoom(same, 'key'))
  t.match(again, { room: { name: 'tea' }, replayed: true })
  t.same(scripted.executed[0]?.[2], { key: 'key', digest: plain })
})

t.test('a replay finds the room of a key, and makes none', async (t) => {
  const { rooms, scripted, ann } = await open()
  t.equal(await rooms.replay(ann, parseNewRoom({ name: 'tea' })), undefined)
  t.same(scripted.executed, [], 'without a key it is none')
  const command = parseNewRoom({ name: 'tea' }, 'key')
  for (const kind of ['too-many-rooms', 'room-name-taken'] as const) {
    scripted.outcome = { kind }
    t.equal(await rooms.replay(ann, command), undefined, kind)
  }
  scripted.outcome = { kind: 'key-reused' }
  t.match(await refusalOf(() => rooms.replay(ann, command)), { code: 'idempotency-key-reused' })
  scripted.outcome = { kind: 'done', room: ofAnn, member: null, replayed: true, joined: false }
  t.match(await rooms.replay(ann, command), { room: ofAnn, replayed: true })
  for (const [session, asked, idempotency] of scripted.executed) {
    t.match({ session, asked }, { session: ann.id, asked: { kind: 'create', maxRooms: 0 } })
    t.equal(idempotency, command.idempotency)
  }
})

t.test('names in paths are typed in any case', async (t) => {
  const { rooms, scripted, store, ann } = await open()
  await store.join('straße')
  await rooms.update(ann, 'TEA', { title: 'Chai', archived: true })
  await rooms.update(ann, 'tea', { topic: '' })
  await rooms.delete(ann, 'Tea')
  await rooms.putMember(ann, 'tea', 'BOB', 'moderator')
  await rooms.putMember(ann, 'tea', 'Straße')
  await rooms.removeMember(ann, 'tea', 'Bob')
  await rooms.ban(ann, 'tea', 'bob')
  await rooms.unban(ann, 'x'.repeat(1000), 'x'.repeat(1000))
  const limits = { maxRooms: 3, maxMembers: 5 }
  t.same(
    scripted.executed.map(([, command]) => command),
    [
      { kind: 'update', room: 'tea', changes: { title: 'Chai', archived: true } },
      { kind: 'update', room: 'tea', changes: { topic: '' } },
      { kind: 'delete', room: 'tea' },
      { kind: 'put-member', room: 'tea', user: 'bob', role: 'moderator', ...limits },
      { kind: 'put-member', room: 'tea', user: 'straße', role: undefined, ...limits },
      { kind: 'remove-member', room: 'tea', user: 'bob' },
      { kind: 'ban', room: 'tea', user: 'bob' },
      { kind: 'unban', room: '', user: '' },
    ],
  )
  t.ok(scripted.executed.every(([session, , idempotency]) => session === ann.id && !idempotency))
})

t.test('a limit of 0 is none', async (t) => {
  const { rooms, scripted, ann } = await open({ maxRooms: 0, maxMembers: 0 })
  await rooms.create(ann, parseNewRoom({ name: 'tea' }))
  await rooms.putMember(ann, 'tea', 'ann')
  const none = Number.MAX_SAFE_INTEGER
  t.match(scripted.executed, [
    [ann.id, { maxRooms: none }],
    [ann.id, { maxRooms: none, maxMembers: none }],
  ])
})

t.test('who was put is told with whether they are online, and whether they are new', async (t) => {
  const { rooms, scripted, online, ann } = await open()
  t.same(await rooms.putMember(ann, 'tea', 'bob'), {
    member: { ...member, online: true },
    joined: true,
  })
  online.clear()
  scripted.outcome = { ...scripted.outcome, joined: false } as RoomOutcome
  t.match(await rooms.putMember(ann, 'tea', 'bob'), { member: { online: false }, joined: false })
})

t.test('a member is changed without adding anyone', async (t) => {
  const { rooms, scripted, ann } = await open()
  scripted.outcome = { ...scripted.outcome, joined: false } as RoomOutcome
  t.match(await rooms.changeMember(ann, 'tea', 'bob', 'owner'), { joined: false })
  t.match(scripted.executed.at(-1)?.[1], { kind: 'put-member', role: 'owner', maxMembers: 0 })
  scripted.outcome = { kind: 'room-full' }
  t.equal(await rooms.changeMember(ann, 'tea', 'cid'), undefined, 'who is none')
  scripted.outcome = { kind: 'last-owner' }
  t.match(await refusalOf(() => rooms.changeMember(ann, 'tea', 'bob')), { code: 'last-owner' })
})

t.test('what is read is asked for by keys', async (t) => {
  const { rooms, scripted, store, ann } = await open()
  await store.join('straße')
  t.same(await rooms.find(ann, 'TEA'), ofAnn)
  t.same(await rooms.list(ann, { limit: 50 }), { rooms: [ofAnn], more: false })
  await rooms.list(ann, { joined: true, q: 'Te', after: 'Tea', limit: 2 })
  await rooms.list(ann, { q: '', limit: 2 })
  t.same(await rooms.members(ann, 'Tea', { limit: 100 }), {
    members: [{ ...member, online: true }],
    count: 2,
    more: true,
  })
  await rooms.members(ann, 'tea', { after: 'Straße', limit: 1 })
  t.same(await rooms.bans(ann, 'Tea', { after: 'Bob', limit: 100 }), scripted.bansAre)
  t.same(scripted.asked, [
    [1, 'tea'],
    [1, { joined: false, prefix: null, after: null, limit: 50 }],
    [1, { joined: true, prefix: 'te', after: 'tea', limit: 2 }],
    [1, { joined: false, prefix: null, after: null, limit: 2 }],
    [1, 'tea', { after: null, limit: 100 }],
    [1, 'tea', { after: 'straße', limit: 1 }],
    [1, 'tea', { after: 'bob', limit: 100 }],
  ])
})

t.test('what may not be read is unknown, and bans are for moderators', async (t) => {
  const { rooms, scripted, ann } = await open()
  scripted.bansAre = 'forbidden'
  t.match(await refusalOf(() => rooms.bans(ann, 'tea', { limit: 1 })), {
    code: 'forbidden',
    detail: /moderators and owners/,
  })
  scripted.isReadable = false
  for (const call of [
    () => rooms.find(ann, 'tea'),
    () => rooms.members(ann, 'tea', { limit: 1 }),
    () => rooms.bans(ann, 'tea', { limit: 1 }),
  ])
    t.match(await refusalOf(call), { code: 'unknown-room' })
})

t.test('a refusal of the store is a problem', async (t) => {
  const { rooms, scripted, ann } = await open()
  const codes: Record<RoomRefusal, string> = {
    'session-ended': 'unauthorized',
    'key-reused': 'idempotency-key-reused',
    'unknown-room': 'unknown-room',
    'unknown-user': 'unknown-person',
    'room-name-taken': 'room-name-taken',
    banned: 'forbidden',
    'target-banned': 'forbidden',
    'not-accepted': 'not-accepted',
    'needs-moderator': 'forbidden',
    'needs-owner': 'forbidden',
    'not-outranked': 'forbidden',
    'not-a-member': 'not-a-member',
    'cannot-open': 'cannot-open',
    'last-owner': 'last-owner',
    'too-many-rooms': 'too-many-rooms',
    'room-full': 'room-full',
  }
  for (const [kind, code] of Object.entries(codes)) {
    scripted.outcome = { kind: kind as RoomRefusal }
    t.match(await refusalOf(() => rooms.putMember(ann, 'tea', 'bob')), { code, detail: /\w/ })
  }
})

t.test('errors of the store become different problems', async (t) => {
  const { rooms, scripted, ann } = await open()
  const calls = [
    () => rooms.create(ann, parseNewRoom({ name: 'tea' })),
    () => rooms.delete(ann, 'tea'),
    () => rooms.find(ann, 'tea'),
    () => rooms.list(ann, { limit: 1 }),
  ]
  scripted.failure = new Unavailable('away')
  for (const call of calls) t.match(await refusalOf(call), { code: 'unavailable' })
  scripted.failure = new OutcomeUnknown('lost')
  for (const call of calls) t.match(await refusalOf(call), { code: 'outcome-unknown' })
})
