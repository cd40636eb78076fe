import t from 'tap'
import {
  firstWord,
  isRoomCommand,
  readEntrance,
  withoutPassword,
} from '../../src/terminal/commands.ts'

t.test('the first prompt takes a name and a password', async (t) => {
  const known = { kind: 'register', name: 'ann', password: 'tall-ships' }
  t.same(readEntrance('regist ann tall-ships'), known)
  t.same(readEntrance('register ann tall-ships'), known)
  t.same(readEntrance('  login  ann  tall ships '), {
    kind: 'login',
    name: 'ann',
    password: 'tall ships',
  })
  t.same(readEntrance('login ann'), { kind: 'login', name: 'ann', password: undefined })
  t.same(readEntrance(' '), { kind: 'nothing' })
  t.same(readEntrance('help'), { kind: 'help' })
  t.same(readEntrance('quit'), { kind: 'quit' })
  t.same(readEntrance('sendal hi'), { kind: 'wrong', why: 'sendal is no command here' })
  t.same(readEntrance('sendall hi'), { kind: 'wrong', why: 'to sendall, come in first' })
  t.same(readEntrance('login'), { kind: 'wrong', why: 'usage: login NAME [PASSWORD]' })
})

t.test('a password does not stay on the screen', async (t) => {
  t.equal(withoutPassword('login ann tall ships'), 'login ann ********')
  t.equal(withoutPassword(' regist ann x'), ' regist ann ********')
  t.equal(withoutPassword('login ann'), 'login ann')
  t.equal(withoutPassword(''), '')
})

t.test('a text begins after one blank, and is left as it is', async (t) => {
  t.same(firstWord('sendall  hi  there '), ['sendall', ' hi  there '])
  t.same(firstWord(' sendto bob\nhi'), ['sendto', 'bob\nhi'])
  t.same(firstWord(''), ['', ''])
})

t.test('what every object has is no command', async (t) => {
  t.ok(isRoomCommand('sendall'))
  t.notOk(isRoomCommand('constructor'))
})
