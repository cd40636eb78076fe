import t from 'tap'
import {
  firstWord,
  isChatCommand,
  parseLoginLine,
  withoutPassword,
} from '../../src/terminal/commands.ts'

t.test('a login line has a name and a password', async (t) => {
  const known = { kind: 'register', name: 'ann', password: 'tall-ships' }
  t.same(parseLoginLine('regist ann tall-ships'), known)
  t.same(parseLoginLine('register ann tall-ships'), known)
  t.same(parseLoginLine('  login  ann  tall ships '), {
    kind: 'login',
    name: 'ann',
    password: 'tall ships',
  })
  t.same(parseLoginLine('login ann'), { kind: 'login', name: 'ann', password: undefined })
  t.same(parseLoginLine(' '), { kind: 'nothing' })
  t.same(parseLoginLine('help'), { kind: 'help' })
  t.same(parseLoginLine('quit'), { kind: 'quit' })
  t.same(parseLoginLine('sendal hi'), { kind: 'wrong', why: 'unknown command sendal' })
  t.same(parseLoginLine('sendall hi'), { kind: 'wrong', why: 'log in before you use sendall' })
  t.same(parseLoginLine('login'), { kind: 'wrong', why: 'usage: login NAME [PASSWORD]' })
})

t.test('a password does not stay on the screen', async (t) => {
  t.equal(withoutPassword('login ann tall ships'), 'login ann ********')
  t.equal(withoutPassword(' regist ann x'), ' regist ann ********')
  t.equal(withoutPassword('login ann'), 'login ann')
  t.equal(withoutPassword(''), '')
})

t.test('a text begins after one space, and is not changed', async (t) => {
  t.same(firstWord('sendall  hi  there '), ['sendall', ' hi  there '])
  t.same(firstWord(' sendto bob\nhi'), ['sendto', 'bob\nhi'])
  t.same(firstWord(''), ['', ''])
})

t.test('a property of every object is not a command', async (t) => {
  t.ok(isChatCommand('sendall'))
  t.notOk(isChatCommand('constructor'))
})
