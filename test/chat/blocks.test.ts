import t from 'tap'
import { Blocks } from '../../src/chat/blocks.ts'
import type { BlockOutcome } from '../../src/store/block-store.ts'
import { Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

async function open() {
  const store = new MemoryStore()
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  const asked: unknown[][] = []
  const scripted: { outcome: BlockOutcome; failure?: Error } = { outcome: 'done' }
  const blocks = new Blocks({
    accounts: store.accounts,
    blocks: {
      list: async (...args) => {
        asked.push(args)
        return { users: [bob.account], more: true }
      },
      set: async (...args) => {
        if (scripted.failure) throw scripted.failure
        asked.push(args)
        return scripted.outcome
      },
    },
  })
  return { ann, bob, asked, scripted, blocks }
}

t.test('names are looked up in any case', async (t) => {
  const { ann, bob, asked, blocks } = await open()
  const caller = { kind: 'session', session: ann.id }
  await blocks.set(ann, 'BOB', true)
  await blocks.set(ann, 'Straße', false)
  t.same(await blocks.list(ann, { limit: 5 }), { users: [bob.account], more: true })
  await blocks.list(ann, { limit: 5, after: 'BOB' })
  t.same(asked, [
    [caller, 'bob', true],
    [caller, 'strasse', false],
    [ann.account.id, { after: null, limit: 5 }],
    [ann.account.id, { after: 'bob', limit: 5 }],
  ])
})

t.test('a refusal of the store is a problem', async (t) => {
  const { ann, scripted, blocks } = await open()
  const codes: Record<Exclude<BlockOutcome, 'done'>, string> = {
    'session-ended': 'unauthorized',
    'unknown-user': 'unknown-person',
    oneself: 'invalid-request',
  }
  for (const [outcome, code] of Object.entries(codes)) {
    scripted.outcome = outcome as BlockOutcome
    t.match(await refusalOf(() => blocks.set(ann, 'bob', true)), { code })
  }
  scripted.failure = new Unavailable('away')
  t.match(await refusalOf(() => blocks.set(ann, 'bob', true)), { code: 'unavailable' })
})
