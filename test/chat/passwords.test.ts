import t from 'tap'
import { Passwords } from '../../src/chat/passwords.ts'
import { refusalOf } from '../support/refusal.ts'

const passwords = new Passwords()

t.test('a password is right for its own hash alone', async (t) => {
  const phc = await passwords.hash('correct horse 🐎')
  t.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z\d+/]{22}\$[A-Za-z\d+/]{43}$/)
  t.equal(await passwords.verify('correct horse 🐎', phc), true)
  t.equal(await passwords.verify('correct horse 🐴', phc), false)
  t.not(await passwords.hash('correct horse 🐎'), phc, 'each hash has its own salt')
})

t.test('a hash made elsewhere, at another cost, is understood', async (t) => {
  // The test vector of the argon2 reference implementation: t=2, m=256, p=1.
  const phc = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  t.equal(await passwords.verify('password', phc), true)
  t.equal(await passwords.verify('passwore', phc), false)
})

t.test('without a hash no password is right', async (t) => {
  t.equal(await passwords.verify('anything', undefined), false)
})

t.test('what is no hash is an error, not a wrong password', async (t) => {
  for (const phc of ['', 'secret', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=1,t=1$a$b']) {
    await t.rejects(passwords.verify('secret', phc), { name: 'Error', message: /PHC string/ })
  }
})

t.test('a bounded number waits, in turn; past that nobody is kept waiting', async (t) => {
  const narrow = new Passwords({ waiting: 2, atOnce: 1 })
  const finished: string[] = []
  const enter = (name: string) => narrow.hash(name).then(() => finished.push(name))
  const inTime = Promise.all(['first', 'second', 'third'].map(enter))
  const refused = await refusalOf(() => narrow.hash('fourth'))
  t.match(refused, { code: 'unavailable', retryAfter: 1 })
  t.same(finished, [], 'the refusal came at once')
  await inTime
  t.same(finished, ['first', 'second', 'third'])
  await narrow.hash('fifth')
})

t.test('one that fails gives its place to the next', async (t) => {
  const narrow = new Passwords({ waiting: 1, atOnce: 1 })
  const tooLittleMemory = '$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHRzb21l$c29tZXNhbHRzb21lc29tZQ'
  const failing = narrow.verify('x', tooLittleMemory)
  const next = narrow.verify('x', undefined)
  await t.rejects(failing)
  t.equal(await next, false)
})
