import t from 'tap'
import { completeMention, mentionAt, suggestNames } from '../../../src/web/state/mentions.ts'

t.test('a mention begins with an @ that is not inside a word', async (t) => {
  t.same(mentionAt('@', 1), { start: 0, query: '' })
  t.same(mentionAt('hi @Bo', 6), { start: 3, query: 'Bo' })
  t.same(mentionAt('(@нур', 5), { start: 1, query: 'нур' })
  t.same(mentionAt('hi @bob and', 7), { start: 3, query: 'bob' }, 'the caret counts')
  t.equal(mentionAt('ann@bo', 6), undefined)
  t.equal(mentionAt('@bob and', 8), undefined)
  t.equal(mentionAt(`@${'x'.repeat(33)}`, 34), undefined, 'no name is as long')
})

t.test('a name takes the place of what was typed of it', async (t) => {
  const complete = (text: string, caret: number) => {
    const draft = mentionAt(text, caret)
    return draft && completeMention(text, caret, draft, 'Bob')
  }
  t.same(complete('hi @bo', 6), { text: 'hi @Bob ', caret: 8 })
  t.same(complete('hi @bo there', 6), { text: 'hi @Bob there', caret: 8 })
})

t.test('the first names that begin as typed are suggested once each', async (t) => {
  const names = ['Bob', 'ann', 'Bob', 'Bea', 'bo.derek']
  t.same(suggestNames('B', names, 9), ['Bob', 'Bea', 'bo.derek'])
  t.same(suggestNames('', names, 2), ['Bob', 'ann'])
  t.same(suggestNames('z', names, 9), [])
})
