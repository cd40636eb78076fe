import t from 'tap'
import type { Answer, Person } from './support/caller.ts'
import { allAtHead, openChains } from './support/fleet.ts'
import { arrived, holdWrites } from './support/hold.ts'
import { openSite, type Site } from './support/site.ts'

t.test('one batch with bad posts among 60 good ones stores the good ones', async (t) => {
  const site = await openSite(t)
  const [ann, bob, eve, off] = await site.registerAll('ann', 'bob', 'eve', 'off')
  const chains = openChains(t, site, [ann, bob])
  await Promise.all(chains.map((chain) => chain.come('ready')))
  await site.call('POST', '/v1/rooms', { person: ann, body: { name: 'den', access: 'private' } })
  await site.call('PUT', '/v1/rooms/den/members/bob', { person: ann, body: {} })
  const first = await say(site, ann, { text: 'once' }, 'known')

  const release = holdWrites(t, site)
  const opener = say(site, ann, { text: 'opens' })
  await arrived(site)
  const logout = site.call('POST', '/v1/logout', { person: eve })
  await arrived(site)
  const good = Array.from({ length: 60 }, (_, at) =>
    say(
      site,
      at % 2 ? ann : bob,
      {
        text: `good ${at}`,
        ...(at % 3 === 0 && { to: at % 2 ? 'bob' : 'ann' }),
        ...(at % 3 === 1 && { room: 'den' }),
      },
      at === 30 ? 'twice' : undefined,
    ),
  )
  const odd = {
    repeated: say(site, ann, { text: 'once' }, 'known'),
    twin: say(site, bob, { text: 'good 30', to: 'ann' }, 'twice'),
    reused: say(site, ann, { text: 'other' }, 'known'),
    ended: say(site, eve, { text: 'too late' }),
    absent: say(site, ann, { text: 'hello?', to: 'nobody' }),
    offline: say(site, ann, { text: 'hello?', to: 'off' }),
    stranger: say(site, off, { text: 'hello?', room: 'den' }),
    nowhere: say(site, ann, { text: 'hello?', room: 'nowhere' }),
  }
  await arrived(site)
  release()

  const { body: before } = await opener
  t.equal((await logout).status, 204)
  const answers = await Promise.all(good)
  t.same([...new Set(answers.map(({ status }) => status))], [201])
  t.equal(new Set(answers.map(({ body }) => body.sentAt)).size, 1, 'they were one batch')
  t.same(
    answers.map(({ body }) => body.id).sort((one, other) => one - other),
    Array.from({ length: 60 }, (_, at) => before.id + 1 + at),
    'without a gap',
  )
  const { repeated, twin, reused, ended, absent, offline, ...outside } = await settled(odd)
  t.match(repeated, { status: 201, headers: { 'idempotent-replayed': 'true' }, body: first.body })
  t.match(twin, { status: 201, body: { id: answers[30]?.body.id } })
  const replays = [twin, answers[30]].filter((answer) => answer?.headers['idempotent-replayed'])
  t.equal(replays.length, 1, 'of two with one key the second is the replay')
  t.match(reused, { status: 422, body: { type: '/problems/idempotency-key-reused' } })
  t.match(ended, { status: 401, body: { type: '/problems/unauthorized' } })
  t.match(absent, { status: 404, body: { type: '/problems/unknown-recipient' } })
  t.match(offline, { status: 409, body: { type: '/problems/recipient-offline' } })
  for (const answer of Object.values(outside))
    t.match(answer, { status: 404, body: { type: '/problems/unknown-room' } })

  t.equal(await allAtHead(site, chains), before.id + 60, 'and nothing more')
  for (const { person, told, doubled, disordered } of chains) {
    t.match({ doubled, disordered }, { doubled: 0, disordered: 0 })
    t.same(
      [...told.keys()],
      // The first entry is that ann made the room, and bob was not in it.
      Array.from({ length: before.id + 60 }, (_, at) => at + 1).slice(person === bob ? 1 : 0),
    )
  }
  t.comment('60 good posts of 60 stored in one batch, 8 bad ones answered, no gap')
})

/** Broadcasts, or writes to the person in `to` or in the `room`. */
function say(
  site: Site,
  person: Person,
  { room, ...body }: { text: string; to?: string; room?: string },
  key?: string,
): Promise<Answer> {
  const kind = 'to' in body ? 'direct' : 'broadcast'
  const path = room === undefined ? `/v1/messages/${kind}` : `/v1/rooms/${room}/messages`
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
  return site.call('POST', path, { person, body, headers })
}

async function settled<Asked extends Record<string, Promise<Answer>>>(asked: Asked) {
  const answers = await Promise.all(Object.values(asked))
  const named = Object.keys(asked).map((name, at) => [name, answers[at]])
  return Object.fromEntries(named) as Record<keyof Asked, Answer>
}
