import t from 'tap'
import { LineHistory } from '../../src/terminal/line-history.ts'

t.test('the history goes back to the oldest line and forward to the unfinished one', async (t) => {
  const history = new LineHistory()
  for (const line of ['one', 'two', 'two', '  ', 'three']) history.add(line)
  t.equal(history.newer(), undefined)
  t.equal(history.older('draft'), 'three')
  t.equal(history.older('three, edited'), 'two')
  t.equal(history.older(''), 'one')
  t.equal(history.older(''), undefined)
  t.equal(history.newer(), 'two')
  t.equal(history.newer(), 'three')
  t.equal(history.newer(), 'draft')
  t.equal(history.newer(), undefined)
})

t.test('the newest 500 are kept', async (t) => {
  const history = new LineHistory()
  for (let n = 1; n <= 501; n++) history.add(`line ${n}`)
  let oldest: string | undefined
  for (let line = history.older(''); line !== undefined; line = history.older('')) oldest = line
  t.equal(oldest, 'line 2')
})
