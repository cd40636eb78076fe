import t from 'tap'
import { tables } from '../../../src/web/text/strings.ts'
import { dayOf, Times } from '../../../src/web/text/times.ts'

t.test('days and times are formatted for the locale', async (t) => {
  const times = new Times('en-GB', tables.en)
  const at = (day: number, hour = 9, year = 2026) => new Date(year, 10, day, hour, 5).getTime()
  const now = at(24, 15)
  t.equal(dayOf(now), '2026-11-24')
  t.equal(times.time(now), '15:05')
  t.equal(times.day(at(24), now), 'Today')
  t.equal(times.day(at(23, 23), now), 'Yesterday')
  t.equal(times.day(at(20), now), 'Friday 20 November')
  t.match(times.day(at(20, 9, 2025), now), /2025/)
  t.equal(times.short(at(24), now), '9:05')
  t.equal(times.short(at(23), now), 'Yesterday')
  t.equal(times.exact(now), '15:05:00')
  t.match(times.whole(now), /24 November 2026.*15:05:00/)
})
