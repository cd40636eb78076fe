import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { words } from './support/books.ts'
import type { Answer, Person } from './support/caller.ts'
import { full } from './support/deadline.ts'
import { runCommand } from './support/process.ts'
import { Screen } from './support/screen.ts'
import { openSite, type Site } from './support/site.ts'

const rounds = full ? 10 : 2
t.setTimeout(full ? 300_000 : 100_000)

/** What is said and done in a round, in rooms of its own. */
interface Round {
  site: Site
  number: number
  people: { ann: Person; bob: Person; cid: Person }
  /** By what it is for, the ids of the messages of before the backup. */
  ids: Record<string, number>
}

/** Conversations that are opened besides the rooms. */
const others = ['everyone', 'direct:ann', 'direct:bob', 'direct:cid']

t.test('after a backup is put back every client ends with what the store holds', async (t) => {
  const site = await openSite(t)
  const [ann, bob, cid] = await site.registerAll('ann', 'bob', 'cid')
  const people = { ann, bob, cid }
  const all = [ann, bob, cid]
  const copies = await temporaryFolder(t)
  const screens: Screen[] = []
  t.teardown(() => Promise.all(screens.map((screen) => screen.goAway())))
  const open = async (person: Person) => {
    const screen = new Screen(site, person)
    screens.push(screen)
    return screen.open()
  }
  const [here, away] = [await Promise.all(all.map(open)), await Promise.all(all.map(open))]
  const figures = { rounds, clients: screens.length, entries: 0, 'entries that went': 0, wrong: 0 }

  for (let number = 1; number <= rounds; number++) {
    const round: Round = { site, number, people, ids: {} }
    await begin(round)
    for (const screen of screens) screen.showAll(...others)
    const edge = await site.head(ann)
    await Promise.all(screens.map((screen) => screen.settled(edge)))
    const copy = join(copies, `${number}`)
    const backup = await runCommand(site.folder, ['backup', copy])
    t.equal(backup.code, 0, backup.stderr)

    // These miss what is done from here on, but for what is answered to themselves.
    await Promise.all(away.map((screen) => screen.goAway()))
    await change(round, away as [Screen, Screen, Screen])
    const end = await site.head(ann)
    await Promise.all(here.map((screen) => screen.settled(end)))

    await site.stop()
    const restored = await runCommand(site.folder, ['restore', copy])
    t.equal(restored.code, 0, restored.stderr)
    await site.start()
    // In every second round ids are given again past those that the clients know.
    const more = number % 2 === 0 ? end - edge + 5 : 3
    for (let at = 0; at < more; at++)
      await say(site, ann, '/v1/messages/broadcast', `again ${number} ${at}`)
    for (const screen of away) screen.comeBack()
    const head = await site.head(ann)
    await Promise.all(screens.map((screen) => screen.settled(head)))

    const fresh = await Promise.all(all.map(open))
    // Whoever has left a room, and is in it again by the restore, has not opened it again.
    for (const screen of screens) screen.showAll(...others)
    await Promise.all(screens.map((screen) => screen.settled(head)))
    for (const [at, { shown }] of fresh.entries()) {
      for (const screen of [here[at], away[at]] as Screen[]) {
        if (!t.same(screen.shown, shown, `${screen.person.username} in round ${number}`))
          figures.wrong++
      }
    }
    const again = fresh[0]?.shown.find(({ id }) => id === 'everyone')?.messages.at(-1)
    t.match(again, { text: `again ${number} ${more - 1}` })
    for (const name of ['open', 'closed', 'later', 'gone'])
      await done(site.call('DELETE', `/v1/rooms/${name}${number}`, { person: ann }))
    for (const screen of screens.splice(here.length + away.length)) await screen.goAway()
    figures.entries = head
    figures['entries that went'] += end - edge
  }
  t.comment(words(figures))
})

/** Rooms, members, messages and reactions that the backup holds. */
async function begin({ site, number, people: { ann, bob, cid }, ids }: Round): Promise<void> {
  const make = async (name: string, body: object, ...members: Person[]) => {
    await done(
      site.call('POST', '/v1/rooms', { person: ann, body: { name: `${name}${number}`, ...body } }),
    )
    for (const { username } of members)
      await done(
        site.call('PUT', `/v1/rooms/${name}${number}/members/${username}`, {
          person: ann,
          body: {},
        }),
      )
  }
  await make('open', {}, bob, cid)
  await make('closed', { access: 'private' }, bob)
  await make('later', { access: 'private', history: 'since-joined' }, bob, cid)
  await make('gone', { access: 'private' }, bob, cid)
  ids.edited = await say(site, bob, `/v1/rooms/open${number}/messages`, 'edited')
  ids.deleted = await say(site, ann, '/v1/messages/broadcast', 'deleted')
  ids.direct = await say(site, ann, '/v1/messages/direct', 'direct', 'bob')
  ids.closed = await say(site, bob, `/v1/rooms/closed${number}/messages`, 'closed')
  ids.gone = await say(site, cid, `/v1/rooms/gone${number}/messages`, 'gone')
  await done(site.call('PUT', `/v1/messages/${ids.direct}/reactions/👍`, { person: bob }))
}

/** What the log loses. */
async function change(
  { site, number, people, ids }: Round,
  [anns, bobs, cids]: [Screen, Screen, Screen],
) {
  const { ann, bob, cid } = people
  const room = (name: string) => `/v1/rooms/${name}${number}`
  const as = (person: Person, method: string, path: string, body?: object) =>
    done(site.call(method, path, { person, body }))
  await as(bob, 'DELETE', `${room('open')}/members/bob`)
  await as(ann, 'DELETE', room('gone'))
  await as(ann, 'PUT', `${room('closed')}/members/cid`, {})
  await as(ann, 'PUT', `${room('later')}/members/bob`, { role: 'moderator' })
  await as(ann, 'DELETE', `${room('later')}/members/cid`)
  await as(ann, 'PATCH', room('open'), { title: 'another title' })
  await as(cid, 'POST', '/v1/rooms', { name: `new${number}` })
  await as(ann, 'DELETE', `/v1/messages/${ids.deleted}`)
  await as(bob, 'DELETE', `/v1/messages/${ids.direct}/reactions/👍`)
  await as(ann, 'PUT', `/v1/messages/${ids.edited}/reactions/🐟`)
  await as(
    cid,
    'PATCH',
    `/v1/messages/${await say(site, cid, `${room('closed')}/messages`, 'x')}`,
    { text: 'y' },
  )
  await as(ann, 'PUT', '/v1/conversations/everyone/read', { upTo: await site.head(ann) })
  // Answered, and not yet on a stream of those who did it.
  await done(anns.send('POST', `${room('closed')}/messages`, 'own, @bob'))
  await done(bobs.send('PATCH', `/v1/messages/${ids.closed}`, 'edited by its sender'))
  await done(bobs.send('POST', '/v1/messages/direct', 'own', 'ann'))
  await done(cids.send('POST', '/v1/messages/broadcast', 'own'))
}

async function say(
  site: Site,
  person: Person,
  path: string,
  text: string,
  to?: string,
): Promise<number> {
  const body = { text, ...(to !== undefined && { to, whenOffline: 'keep' }) }
  return (await done(site.call('POST', path, { person, body }))).body.id
}

async function done(answered: Promise<Answer>): Promise<Answer> {
  const answer = await answered
  if (answer.status >= 300)
    throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}
