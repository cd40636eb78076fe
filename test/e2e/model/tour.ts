import { catchUp, history, rest, single } from './checks.ts'
import { markRead, mute, sidebar, type } from './conversations.ts'
import { names } from './people.ts'
import type { Post } from './posts.ts'
import type { Change } from './rules.ts'
import { listen, retryToTheGone, slowReader, someone } from './scenarios.ts'
import type { World } from './world.ts'

const room = 'nook'
const [ann, bob, cid] = names

/** Everything that can happen, once, from wherever chance has led: so that none of it is left to chance. */
export async function tour(world: World): Promise<void> {
  for (const chain of world.chains) chain.readOn()
  await catchUp(world)
  const listener = await someone(world, names.indexOf(ann))
  await someone(world, names.indexOf(bob))
  await changes(world)
  await conversations(world)
  await world.backUp()
  const kept = { head: world.model.log.head, epoch: world.model.log.epoch }
  await listen(world, listener, { at: 'own' })
  await say(world, bob, { text: 'void once the backup is back' })
  await catchUp(world)
  await world.restore(world.backups.count - 1)
  await listen(world, listener, { at: 'own' })
  await world.moment(() => listener.cut())
  // As far as the backup went, with the epoch from before it.
  await listen(world, listener, { at: { cursor: `${kept.head}-${kept.epoch}` } })
  const { log } = world.model
  await world.moment(() => listener.cut())
  await listen(world, listener, { at: { cursor: `${log.head + 1000}` } })
  await slowReader(world, { chosen: 0, restart: false, trim: true })
  await retryToTheGone(world, 0)
  const session = await world.logIn(cid)
  await world.logOut(session)
  await world.moment((calls) => world.post({ session, text: 'after the end' }, calls))
  await rest(world)
}

async function changes(world: World): Promise<void> {
  const make = { does: 'make', name: room, access: 'open', history: 'all', key: 'nook' } as const
  const put = { does: 'put', room } as const
  await change(world, ann, make)
  await change(world, bob, make)
  await say(world, ann, { text: 'Hello', key: make.key })
  await change(world, bob, { ...put, person: bob })
  await change(world, ann, { ...put, person: bob, role: 'moderator' })
  await change(world, ann, { ...put, person: ann, role: 'member' })
  await change(world, ann, { ...put, person: 'nobody' })
  await markRead(world, { person: cid, id: `room:${room}` }, '1')
  await say(world, cid, { room, text: 'not here' })
  await say(world, ann, { room, text: 'Hello @bob', metadata: { table: 4 } })
  const id = world.model.log.head
  await say(world, bob, { room, text: 'Hello', replyTo: id })
  await say(world, bob, { room, text: 'Hello', replyTo: id + 1000 })
  await say(world, bob, { text: 'Hello', replyTo: id })
  await change(world, cid, { does: 'react', id, emoji: '👍' })
  await change(world, bob, { does: 'react', id, emoji: '👍' })
  await history(world, bob, { room, limit: 9 })
  await change(world, bob, { does: 'unreact', id, emoji: '👍' })
  await change(world, bob, { does: 'edit', id, text: 'mine' })
  await change(world, ann, { does: 'edit', id, text: 'Hello all' })
  await change(world, ann, { does: 'set', room, fields: { archived: true } })
  await change(world, ann, { does: 'edit', id, text: 'Hello' })
  await say(world, ann, { room, text: 'Hello' })
  await change(world, ann, { does: 'set', room, fields: { archived: false } })
  await change(world, ann, { does: 'ban', room, person: cid })
  await change(world, ann, { does: 'unban', room, person: cid })
  await change(world, ann, { does: 'set', room, fields: { access: 'private' } })
  await change(world, ann, { does: 'set', room, fields: { access: 'open' } })
  await change(world, cid, { ...put, person: cid })
  await say(world, cid, { room, text: 'not here' })
  await history(world, cid, { room, limit: 9 })
  for (let time = 0; time < 2; time++) await change(world, ann, { does: 'delete', id })
  await change(world, bob, { does: 'react', id, emoji: '👍' })
  await change(world, bob, { does: 'react', id: id + 1000, emoji: '👍' })
  await history(world, bob, { room, limit: 9 })
  await sidebar(world, bob, 1)
  await single(world, ann, id)
  await single(world, cid, id)
  await change(world, bob, { does: 'remove', room, person: bob })
  await change(world, ann, { does: 'delete-room', room })
  await change(world, ann, make)
  await change(world, ann, { ...make, access: 'private' })
}

async function conversations(world: World): Promise<void> {
  const { log } = world.model
  await say(world, ann, { text: 'Hello @cid' })
  await say(world, bob, { text: 'Hello @ann', key: 'tour' })
  await say(world, bob, { text: 'Hello @cid', key: 'tour' })
  await say(world, bob, { to: 'nobody', text: 'Hello' })
  await sidebar(world, cid, 1)
  await rest(world)
  await history(world, ann, { with: 'nobody', limit: 9 })
  await markRead(world, { person: bob, id: 'everyone' }, `${log.head}`)
  await markRead(world, { person: ann, id: 'everyone' }, `${log.head + 1000}`)
  await markRead(world, { person: ann, id: 'direct:nobody' }, '1')
  await markRead(world, { person: ann, id: `room:${room}` }, '1')
  await mute(world, { person: ann, id: 'everyone' }, true)
  await type(world, { person: bob, id: `direct:${ann}` })
}

async function change(world: World, person: string, change: Change): Promise<void> {
  const session = await world.sessionOf(person)
  await world.moment((calls) => world.change(session, change, calls))
}

async function say(world: World, person: string, post: Omit<Post, 'session'>): Promise<void> {
  const session = await world.sessionOf(person)
  await world.moment((calls) => world.post({ session, ...post }, calls))
}
