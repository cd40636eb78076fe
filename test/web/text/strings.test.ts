import t from 'tap'
import { localeOf, pickLanguage, tables } from '../../../src/web/text/strings.ts'

t.test('both languages have all texts', async (t) => {
  const shape = (table: object) =>
    Object.entries(table).map(([key, value]) => [key, typeof value, Object.keys(value)])
  const keys = (table: object) => shape(table).map(([key, type]) => [key, type])
  t.strictSame(keys(tables.id), keys(tables.en))
  t.strictSame(Object.keys(tables.id.problems), Object.keys(tables.en.problems))
  for (const table of Object.values(tables))
    for (const [key, value] of Object.entries(table)) {
      const texts = [1, 2].map((n) =>
        typeof value === 'function' ? value(n as never, 'x' as never) : value,
      )
      for (const text of texts) t.ok(typeof text === 'object' || text.length > 0, key)
    }
  t.equal(tables.en.onlineCount(1), '1 person online')
  t.equal(tables.en.onlineCount(2), '2 people online')
  t.match(tables.en.nextTry(0), /again…/)
  t.match(tables.id.nextTry(0), /lagi…/)
  for (const { reactedBy } of Object.values(tables)) {
    t.equal(reactedBy(0, 'ann, bob'), 'ann, bob')
    t.match(reactedBy(2, 'ann'), /^ann .*2/)
  }
  t.equal(tables.en.sendingAgain('Wait.', 12), 'Wait. Sending again in 12 s.')
  for (const { sendingAgain } of Object.values(tables)) t.match(sendingAgain('x.', 0), /^x\. .*…$/)
})

t.test('the language is the chosen one, else the browser’s, else English', async (t) => {
  t.equal(pickLanguage('id', ['en-GB']), 'id')
  t.equal(pickLanguage(null, ['fr', 'id-ID', 'en']), 'id')
  t.equal(pickLanguage(null, ['in-ID']), 'id')
  t.equal(pickLanguage('constructor', ['de']), 'en')
  t.equal(localeOf('en', ['id', 'en-GB']), 'en-GB')
  t.equal(localeOf('id', ['en-GB']), 'id')
})
