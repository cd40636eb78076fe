import t from 'tap'
import { Contact } from '../../../src/store/postgres/contact.ts'

t.test('a process that was stopped knows by the clock that contact was lost', async (t) => {
  const told: string[] = []
  const contact = new Contact({
    currentMs: 1_000,
    gapMs: 5_000,
    lostMs: 10_000,
    onLost: () => told.push('lost'),
    onFound: () => told.push('found'),
  })
  t.teardown(() => contact.close())
  const now = performance.now()
  t.notOk(contact.made(now + 4_000), 'no gap')
  t.ok(contact.made(now + 10_000), 'a gap, and nothing lost by it')
  t.same(told, [])
  t.equal(contact.inTouchMs, 0, 'the time in touch begins anew')
  t.ok(contact.made(now + 21_000))
  t.same(told, ['lost'], 'before its timer could tell')
  t.notOk(contact.current)
  contact.caughtUp()
  contact.caughtUp()
  t.same(told, ['lost', 'found'])
  t.ok(contact.current)
})
