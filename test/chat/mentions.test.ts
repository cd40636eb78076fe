import t from 'tap'
import { mentionCandidates } from '../../src/chat/mentions.ts'

t.test('a mention is the longest name, else one that ends where a word may end', async (t) => {
  const found: Record<string, string[][]> = {
    'nobody here': [],
    'hi @Bob': [['bob']],
    '@bob, @ann!': [['bob'], ['ann']],
    '(@bob)': [['bob']],
    '@bob’s': [['bob']],
    'ask @bob.': [['bob.', 'bob']],
    'ask @bob...': [['bob...', 'bob..', 'bob.', 'bob']],
    '@ann-lee.x': [['ann-lee.x', 'ann-lee', 'ann']],
    '@annabel': [['annabel']],
    '@ann@bob': [['ann']],
    'mail ann@example.org, or 1@bob': [],
    '你好@bob': [['bob']],
    '@bobさんへ': [['bobさんへ', 'bobさん', 'bobさ', 'bob']],
    '@山田さん': [['山田さん', '山田さ', '山田']],
    '@Straße': [['straße', 'strasse']],
    'e\u0301@e\u0301va': [['\u00E9va']],
    '@กัน': [['กัน', 'กั']],
    '@': [],
    '@ bob': [],
    '@.bob @-bob @_bob': [],
    '@a @b.': [['b.']],
    '@@bob': [['bob']],
    '＠bob': [],
  }
  for (const [text, names] of Object.entries(found)) t.same(mentionCandidates(text), names, text)
})

t.test('names that are too long are no candidates, but their parts are', async (t) => {
  const long = 'x'.repeat(32)
  t.same(mentionCandidates(`@${long}`), [[long]])
  t.same(mentionCandidates(`@${long}y`), [])
  t.same(mentionCandidates(`@${long}-y`), [[long]])
  t.same(mentionCandidates(`@${'𐐨'.repeat(32)}`), [['𐐨'.repeat(32)]])
  t.same(mentionCandidates(`@${'𐐨'.repeat(33)}`), [])
})

t.test('their number is bounded, whatever the text', async (t) => {
  t.equal(mentionCandidates('@bob '.repeat(100)).length, 50)
  t.equal(mentionCandidates(`${'@a '.repeat(50)}@bob`).length, 0)
  const [keys] = mentionCandidates(`@bob${'.'.repeat(28)}`)
  t.same(
    keys?.map(({ length }) => length),
    [31, 10, 9, 8, 7, 6, 5, 4, 3],
  )
  for (const text of ['@', '@a', '@東', `@a${'\u0301'.repeat(9)}`]) {
    const start = performance.now()
    mentionCandidates(text.repeat(100_000 / text.length))
    t.ok(performance.now() - start < 200, text)
  }
})
