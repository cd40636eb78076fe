import t from 'tap'
import { OwnProfile } from '../../src/chat/own-profile.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

async function open() {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  await store.join('bob')
  const profile = new OwnProfile(store)
  const name = (displayName?: string | null) => profile.update(ann, { displayName })
  return { store, ann, name }
}

t.test('a display name is given and taken away', async (t) => {
  const { ann, name } = await open()
  t.same(await name('Ann of the Hills'), { ...ann.account, displayName: 'Ann of the Hills' })
  t.same(await name(null), ann.account)
  t.same(await name(undefined), ann.account, 'what is left out stays')
  t.same(await name('ann'), { ...ann.account, displayName: 'ann' }, 'one’s own username')
})

t.test('a display name does not pass for someone else', async (t) => {
  const { name } = await open()
  for (const other of ['bob', 'admin', 'Console', 'Everyone'])
    t.match(
      await refusalOf(() => name(other)),
      {
        code: 'invalid-request',
        errors: [{ pointer: '/displayName', detail: /must not look like/ }],
      },
      other,
    )
  for (const wrong of ['', ' ', 'a\nb', 'a\u202Eb', 'a\u200Bb', 'x'.repeat(65)])
    t.match(await refusalOf(() => name(wrong)), { code: 'invalid-request' }, JSON.stringify(wrong))
})

t.test('a display name is changed once a minute, by a session that is alive', async (t) => {
  const { store, ann, name } = await open()
  store.displayNameOutcome = 'too-soon'
  t.match(await refusalOf(() => name('Ann')), { code: 'too-many-requests', retryAfter: 60 })
  await store.sessions.end(ann.id)
  t.match(await refusalOf(() => name('Ann')), { code: 'unauthorized' })
})
