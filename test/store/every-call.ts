import type { ChangeCommand } from '../../src/store/message-changes.ts'
import type { RoomCommand } from '../../src/store/room-store.ts'
import type { Session } from '../../src/store/session-store.ts'
import type { Store } from '../../src/store/store.ts'
import { personNamed } from '../support/large-database.ts'
import { appendMessage, draft, hour, newAccount, newBatchId, openSession } from './fixtures.ts'
import { edit, erase, react, unreact } from './message-commands.ts'
import { ban, create, deleteRoom, put, remove, unban, update } from './room-commands.ts'
import {
  banUser,
  createUser,
  issueSetup,
  muteUser,
  setRole,
  setupHash,
  unbanUser,
  unmuteUser,
} from './staff-commands.ts'

/**
 * Makes every kind of call that a server makes, on a large database.
 *
 * @param round a number for each run, as names must be new
 */
export async function everyCall(store: Store, round: number): Promise<void> {
  const ann = await aliveOne(store, 'ann', round)
  const bob = await aliveOne(store, 'bob', round)
  const { epoch, head, oldest } = await store.log.bounds()
  const [viewer, other] = [ann.account.id, 1]
  await store.presence.change({ enter: [ann, bob], leave: [] })
  await store.presence.list()
  const key = `key of ${round}`
  await store.log.append(
    [
      draft(ann, 'to everyone'),
      draft(ann, 'once', { key }),
      draft(ann, 'kept', { to: personNamed(99) }),
      draft(ann, 'there', { to: personNamed(1), whenOffline: 'reject' }),
      draft(ann, 'away', { to: personNamed(199), whenOffline: 'reject' }),
      draft(bob, 'to nobody', { to: 'nobody' }),
    ],
    newBatchId(),
  )
  await everyRoomCall(store, ann, bob, round)
  await everyChange(store, ann, bob)
  await everyReadOfChanges(store, ann, bob)
  await everyConversationCall(store, ann, bob)
  await everyStaffCall(store, ann, round)
  const again = newBatchId()
  await store.log.append([draft(ann, 'once', { key })], again)
  await store.log.append([draft(ann, 'once', { key })], again)
  await store.log.findByIdempotencyKey(viewer, key)
  await store.accounts.credentials(personNamed(round))
  await store.accounts.passwordHash(viewer)
  await store.accounts.byKeys([personNamed(round), 'nobody'])
  await store.accounts.search({ key: 'person', displayKey: 'ann' }, 20)
  await store.sessions.find(ann.id)
  await store.sessions.newest(100)
  await store.sessions.ofAccount(viewer)
  const verifiedHash = await store.accounts.passwordHash(viewer)
  await store.sessions.openWithPassword(viewer, verifiedHash, hour)
  await store.accounts.changePassword(
    { kind: 'session', session: ann.id },
    { verifiedHash, passwordHash: 'new' },
  )
  const caller = { kind: 'session', session: ann.id } as const
  for (const blocked of [true, false]) {
    await store.blocks.set(caller, personNamed(round), blocked)
    await store.blocks.list(viewer, { after: 'a', limit: 100 })
  }
  await store.accounts.setDisplayName(
    { kind: 'session', session: ann.id },
    { displayName: 'Ann', displayKey: 'ann', skeletons: ['of nobody', 'nor'], minIntervalMs: 0 },
  )
  await store.sessions.renew(ann.id, hour, 24 * hour)
  await store.sessions.noteUse([{ session: ann.id, at: Date.now() }])
  await store.sessions.endOwn({ kind: 'session', session: ann.id }, bob.id)
  await store.sessions.endOwn({ kind: 'session', session: ann.id }, 'others')
  for (const after of [0, Math.floor((oldest + head) / 2), head - 10]) {
    await store.log.read(after, viewer)
    await store.receipts.readUndelivered(after, head, other)
    await store.log.resolveCursor({ id: after, epoch })
  }
  await store.log.resolveCursor({ id: 1, epoch: '00000000' })
  await store.receipts.undelivered(other)
  await store.receipts.markDelivered(
    [
      { account: other, id: head },
      { account: viewer, id: head },
    ],
    epoch,
  )
  for (const limit of [50, 200]) {
    for (const range of [{}, { after: 0 }, { after: head - 500 }, { before: head - 500 }]) {
      await store.log.page(other, { ...range, limit })
      await store.log.page(other, { ...range, limit, withAccount: 2 })
    }
  }
  await store.log.message(head, viewer)
  const windowMs = hour
  await store.counters?.increment(`address of ${round}`, { limit: 2, windowMs })
  await store.counters?.decrement(`address of ${round}`)
  await store.signingKey()
  await store.ping()
  await store.presence.change({ enter: [], leave: [bob.id] })
  await store.sessions.end(bob.id)
  await store.retention.deleteExpired(Date.now() - 29 * 24 * hour)
}

async function everyStaffCall(store: Store, ann: Session, round: number): Promise<void> {
  const [bot, person, user] = [`bot${round}`, `new${round}`, personNamed(round)]
  const atConsole = { caller: { kind: 'console' }, proof: null, address: null } as const
  const call = { ...atConsole, caller: { kind: 'session', session: ann.id } } as const
  await store.staff.execute(atConsole, setRole(ann.account.username, 'admin'))
  for (const command of [
    createUser(bot, true),
    createUser(person),
    muteUser(user),
    banUser(user),
    unbanUser(user),
    unmuteUser(user),
    issueSetup(user),
    setRole(user, 'moderator'),
    setRole(user, 'member'),
  ])
    await store.staff.execute(call, command)
  const use = { passwordHash: 'new', ttlMs: hour, client: { address: '203.0.113.9' } }
  await store.staff.useSetupCode({ hash: setupHash(person), ...use })
  await store.staff.roleOf(call.caller)
  await store.staff.hasAdmin()
  for (const what of ['ban', 'mute'] as const) await store.staff.restriction(what, ann.account.id)
  const query = { prefix: 'p', role: null, banned: null, after: 'p', limit: 50 }
  for (const filter of [{}, { role: 'admin' as const }, { banned: true }, { banned: false }])
    await store.staff.list({ ...query, ...filter })
  for (const by of [null, 'console', ann.account.id] as const)
    for (const action of [null, 'muted'] as const)
      await store.audit.list({ before: null, limit: 50, by, action })
  await store.retention.deleteRecords(Date.now() - hour)
}

async function everyRoomCall(
  store: Store,
  ann: Session,
  bob: Session,
  round: number,
): Promise<void> {
  const [room, user, viewer] = [`made${round}`, `bob${round}`, ann.account.id]
  const execute = ({ id }: Session, command: RoomCommand) => store.rooms.execute(id, command, null)
  await store.rooms.execute(ann.id, create(room), { key: `of ${room}`, digest: room })
  await execute(bob, put(room, user))
  await execute(ann, put(room, user, 'moderator'))
  await execute(ann, update(room, { title: 'Title', topic: 'Topic' }))
  const drafts = [draft(bob, 'to a room', { room }), draft(bob, 'to none', { room: 'none' })]
  await store.log.append(drafts, newBatchId())
  for (const joined of [true, false])
    await store.rooms.list(viewer, { after: 'room', limit: 50, joined, prefix: 'room' })
  await store.rooms.find(viewer, room)
  await store.rooms.members(viewer, room, { after: null, limit: 50 })
  await store.rooms.memberships(bob.account.id)
  await store.log.read(0, bob.account.id)
  for (const range of [{}, { after: 0 }, { before: 500 }])
    await store.log.page(viewer, { ...range, limit: 50, inRoom: room })
  await everyChange(store, ann, bob, room)
  await execute(ann, ban(room, user))
  await store.rooms.bans(viewer, room, { after: null, limit: 50 })
  await execute(ann, unban(room, user))
  await execute(ann, remove(room, user))
  await store.log.read(0, bob.account.id)
  await execute(ann, deleteRoom(room))
  await store.retention.eraseDeleted()
}

/** @param room to which both belong; undefined for messages to everyone */
async function everyChange(store: Store, ann: Session, bob: Session, room?: string): Promise<void> {
  const to = room === undefined ? {} : { room }
  const viewer = ann.account.id
  const options = {
    ...to,
    metadata: '{}',
    mentions: ['nobody', personNamed(7), bob.account.username],
  }
  const { id } = await appendMessage(store, ann, 'to be changed', options)
  const reply = await appendMessage(store, bob, 'a reply', { ...to, replyTo: id })
  for (const command of [react(id), react(id), edit(id, 'edited', options), unreact(id), react(id)])
    await store.log.change(ann.id, command)
  await store.log.message(id, viewer)
  await store.log.change(bob.id, react(id))
  await store.log.change(bob.id, erase(reply.id))
  await store.log.read(id - 1, viewer)
  await store.log.page(viewer, { limit: 50, ...(room && { inRoom: room }) })
}

/** In a conversation that others have as well, and in a room in which some may not see all. */
async function everyReadOfChanges(store: Store, ann: Session, bob: Session): Promise<void> {
  const [room, toBob] = [`since${ann.id}`, { to: bob.account.username }]
  const fields = { access: 'private', history: 'since-joined' } as const
  await store.rooms.execute(ann.id, create(room, fields), null)
  for (const where of [{}, toBob, { room }]) {
    const said = await appendMessage(store, ann, 'said', { metadata: '{}', ...where })
    const [replyTo, mentions] = [said.id, [personNamed(1), toBob.to]]
    await appendMessage(store, ann, 'a reply', { replyTo, mentions, ...where })
    await store.rooms.execute(ann.id, put(room, toBob.to), null)
    const change = ({ id }: Session, command: ChangeCommand) => store.log.change(id, command)
    await change(ann, edit(said.id, 'edited', { mentions, metadata: null }))
    for (const by of [ann, bob]) await change(by, react(said.id))
    await change(bob, unreact(said.id))
    for (const { account } of [ann, bob]) {
      await store.log.message(said.id, account.id)
      await store.log.read(said.id - 1, account.id)
      await store.log.page(account.id, { limit: 50 })
      await store.receipts.readUndelivered(said.id - 1, said.id + 9, account.id)
    }
    await change(ann, erase(said.id))
    await store.log.read(said.id - 1, bob.account.id)
  }
  await store.rooms.execute(ann.id, deleteRoom(room), null)
  while ((await store.retention.eraseDeleted()).more);
}

async function everyConversationCall(store: Store, ann: Session, bob: Session): Promise<void> {
  const room = `talk${ann.id}`
  const [viewer, other] = [ann.account, bob.account]
  await store.rooms.execute(ann.id, create(room), null)
  await store.rooms.execute(bob.id, put(room, other.username), null)
  const mentions = [viewer.username]
  await appendMessage(store, bob, 'to ann', { to: viewer.username, mentions })
  await appendMessage(store, bob, 'to the room', { room, mentions })
  for (const key of [
    { type: 'everyone' },
    { type: 'room', key: room },
    { type: 'room', key: 'none' },
    { type: 'direct', key: other.username },
    { type: 'direct', key: personNamed(9) },
    { type: 'direct', key: 'nobody' },
  ] as const) {
    await store.conversations.find(viewer, key)
    await store.conversations.mute(viewer, key, true)
    await store.conversations.tellTyping(viewer, key)
    const { epoch, head: id } = await store.log.bounds()
    await store.conversations.markRead(viewer, key, { id, epoch })
  }
  const { username } = viewer
  for (const account of [viewer, { id: 1, username: personNamed(1) }]) {
    const page = { before: { lastId: 9_999, id: `direct:${username}` }, limit: 50 }
    for (const query of [{ ...page, before: null }, page])
      await store.conversations.list(account, query)
  }
}

async function aliveOne(store: Store, name: string, round: number): Promise<Session> {
  const made = await store.accounts.register(newAccount(`${name}${round}`), hour)
  if (made === 'taken') throw new Error('the name is taken')
  return openSession(store, made.account.id, hour)
}
