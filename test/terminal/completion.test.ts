import t from 'tap'
import { chatCommands } from '../../src/terminal/commands.ts'
import { commonPrefix, completeChat, completeLogin } from '../../src/terminal/completion.ts'

const users = ['bob', 'Anna', 'ann', 'Ｂea']
const rooms = ['tea', 'Attic']

t.test(
  'commands are completed as the first word, names after commands that take one',
  async (t) => {
    const table: [before: string, word: string, candidates: string[]][] = [
      ['', '', Object.keys(chatCommands).sort()],
      ['send', 'send', ['sendall', 'sendroom', 'sendto']],
      ['  l', 'l', ['leave', 'list', 'logout']],
      ['sendto ', '', ['Anna', 'ann', 'bob', 'Ｂea']],
      ['sendto AN', 'AN', ['Anna', 'ann']],
      ['sendto be', 'be', ['Ｂea']],
      ['sendto bob ', '', []],
      ['sendto bob hi an', 'an', ['Anna', 'ann']],
      ['history b', 'b', ['bob', 'Ｂea']],
      ['sendall ', '', []],
      ['sendall dear bo', 'bo', ['bob']],
      ['list b', 'b', []],
      ['history bob b', 'b', []],
      ['join ', '', ['Attic', 'tea']],
      ['who T', 'T', ['tea']],
      ['leave b', 'b', []],
      ['join tea a', 'a', []],
      ['sendroom a', 'a', ['Attic']],
      ['sendroom tea ', '', []],
      ['sendroom tea dear a', 'a', ['Anna', 'ann']],
      ['edit dear bo', 'bo', ['bob']],
      ['dance b', 'b', []],
    ]
    for (const [before, word, candidates] of table)
      t.same(completeChat(before, { users, rooms }), { word, candidates }, JSON.stringify(before))
  },
)

t.test('the login prompt completes only its own commands', async (t) => {
  t.same(completeLogin('reg'), { word: 'reg', candidates: ['regist', 'register'] })
  t.same(completeLogin('login a'), { word: 'a', candidates: [] })
})

t.test('the common prefix has whole characters', async (t) => {
  t.equal(commonPrefix(['sendall', 'sendto']), 'send')
  t.equal(commonPrefix(['list']), 'list')
  t.equal(commonPrefix(['😀', '😁']), '')
  t.equal(commonPrefix(['ab', 'a']), 'a')
  t.equal(commonPrefix([]), '')
})
