import t from 'tap'
import { MessageChanges, type MessageChangesOptions } from '../../src/chat/message-changes.ts'
import type { EditInput } from '../../src/chat/message-input.ts'
import type { ChangeOutcome } from '../../src/store/message-changes.ts'
import type { Session } from '../../src/store/session-store.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

async function open(options: Partial<MessageChangesOptions> = {}) {
  const store = new MemoryStore()
  const limits = { maxChars: 20, metadataMaxBytes: 20, editMinutes: 0 }
  const changes = new MessageChanges({ store, ...limits, ...options })
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  await store.log.append([
    { session: ann.id, to: null, text: 'hi', metadata: '{"a":1}', idempotency: null },
  ])
  store.calls.length = 0
  const edit = async (caller: Session, input: EditInput, id = 1) =>
    changes.change(caller, changes.parseEdit(id, input))
  const react = async (caller: Session, kind: 'react' | 'unreact', emoji: string) =>
    changes.change(caller, changes.parseReaction(kind, 1, emoji))
  return { store, changes, ann, bob, edit, react }
}

t.test('a message is edited by its fields', async (t) => {
  const { ann, edit } = await open()
  const edited = await edit(ann, { text: 'hi @bob and @bob.' })
  t.match(edited, { text: 'hi @bob and @bob.', metadata: '{"a":1}', mentions: ['bob'] })
  t.type(edited.editedAt, 'number')
  t.match(await edit(ann, { metadata: { b: [2] } }), { metadata: '{"b":[2]}' })
  const without = await edit(ann, { metadata: null })
  t.match(without, { text: 'hi @bob and @bob.', metadata: undefined })
  t.same(await edit(ann, {}), without)
})

t.test('an edit that breaks a rule is refused before the store is asked', async (t) => {
  const { store, ann, edit } = await open()
  t.match(await refusalOf(() => edit(ann, { text: ' ', metadata: { a: 'x'.repeat(20) } })), {
    code: 'invalid-request',
    errors: [
      { pointer: '/text', detail: /white space/ },
      { pointer: '/metadata', detail: 'must be at most 20 bytes of JSON, but has 28' },
    ],
  })
  t.same(store.calls, [])
})

t.test('a message can be edited for EDIT_MINUTES', async (t) => {
  const { store, ann, edit } = await open({ editMinutes: 5 })
  t.equal((await edit(ann, { text: 'ho' })).text, 'ho')
  store.now = () => Date.now() + 301_000
  t.match(await refusalOf(() => edit(ann, { text: 'hu' })), { code: 'too-late' })
})

t.test('a reaction is one emoji, completed', async (t) => {
  const { changes, bob, react } = await open()
  t.same(changes.parseReaction('react', 1, '❤'), { kind: 'react', id: 1, emoji: '❤️' })
  t.equal((await react(bob, 'react', '👍')).id, 1)
  t.equal((await react(bob, 'unreact', '👍')).id, 1)
  for (const emoji of ['', 'a', '👍👍', 'x'.repeat(10_000)])
    t.match(await refusalOf(() => react(bob, 'react', emoji)), {
      code: 'invalid-request',
      errors: [{ parameter: 'emoji', detail: /one emoji/ }],
    })
})

t.test('a deleted message cannot change any more', async (t) => {
  const { changes, ann, edit, react } = await open()
  await changes.delete(ann, 1)
  await changes.delete(ann, 1)
  t.match(await refusalOf(() => edit(ann, { text: 'ho' })), { code: 'message-deleted' })
  t.match(await refusalOf(() => react(ann, 'react', '👍')), { code: 'message-deleted' })
})

t.test('a refusal of the store is told', async (t) => {
  const told: Record<Exclude<ChangeOutcome['kind'], 'done'>, [code: string, detail: RegExp]> = {
    'session-ended': ['unauthorized', /./],
    'unknown-message': ['not-found', /not for you to see/],
    banned: ['forbidden', /banned you/],
    'not-sender': ['forbidden', /Only the sender may edit/],
    'not-sender-or-moderator': ['forbidden', /may delete .* its moderators and owners/],
    'not-a-member': ['not-a-member', /Join it first/],
    'not-accepted': ['not-accepted', /blocked you/],
    'room-archived': ['room-archived', /archived/],
    'message-deleted': ['message-deleted', /was deleted/],
    'too-late': ['too-late', /too old/],
    'too-many-reactions': ['too-many-reactions', /20 different/],
  }
  for (const [kind, [code, detail]] of Object.entries(told)) {
    const log = { change: async () => ({ kind }) as ChangeOutcome }
    const { changes, ann } = await open({ store: { log } })
    t.match(await refusalOf(() => changes.delete(ann, 1)), { code, detail })
  }
})

t.test('errors of the store become problems', async (t) => {
  const { store, changes, ann } = await open()
  store.failure = new Unavailable('away')
  t.match(await refusalOf(() => changes.delete(ann, 1)), { code: 'unavailable' })
  store.failure = new OutcomeUnknown('lost')
  t.match(await refusalOf(() => changes.delete(ann, 1)), { code: 'outcome-unknown' })
})
