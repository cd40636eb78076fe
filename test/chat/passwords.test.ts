import t from 'tap'
import type { Networks } from '../../src/chat/password-queue.ts'
import { Passwords } from '../../src/chat/passwords.ts'
import { refusalOf } from '../support/refusal.ts'

const passwords = new Passwords()
const here = ['192.0.2.1'] as const

t.test('a password matches only its own hash', async (t) => {
  const phc = await passwords.hash('correct horse 🐎', here)
  t.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z\d+/]{22}\$[A-Za-z\d+/]{43}$/)
  t.equal(await passwords.verify('correct horse 🐎', phc, here), true)
  t.equal(await passwords.verify('correct horse 🐴', phc, here), false)
  t.not(await passwords.hash('correct horse 🐎', here), phc, 'each hash has its own salt')
})

t.test('a hash of another implementation with another cost is verified', async (t) => {
  // The test vector of the argon2 reference implementation: t=2, m=256, p=1.
  const phc = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  t.equal(await passwords.verify('password', phc, here), true)
  t.equal(await passwords.verify('passwore', phc, here), false)
})

t.test('no password matches without a hash', async (t) => {
  t.equal(await passwords.verify('anything', undefined, here), false)
})

t.test('a malformed hash is an error, not a wrong password', async (t) => {
  for (const phc of ['', 'secret', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=1,t=1$a$b']) {
    await t.rejects(passwords.verify('secret', phc, here), { name: 'Error', message: /PHC string/ })
  }
})

t.test('a bounded number of tasks waits from each network, more are refused at once', async (t) => {
  const narrow = new Passwords({ maxWaitingPerNetwork: 1 })
  const finished: string[] = []
  const enter = (name: string, from: Networks = here) =>
    narrow.hash(name, from).then(() => finished.push(name))
  const inTime = Promise.all(['first', 'second'].map((name) => enter(name)))
  const refused = await refusalOf(() => narrow.verify('third', undefined, here))
  t.match(refused, { code: 'unavailable', retryAfter: 1 })
  t.same(finished, [], 'the refusal does not wait')
  await Promise.all([inTime, enter('elsewhere', ['192.0.2.2'])])
  t.same(finished.toSorted(), ['elsewhere', 'first', 'second'])
})

t.test('a task that fails gives its place to the next', async (t) => {
  const tooLittleMemory = '$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHRzb21l$c29tZXNhbHRzb21lc29tZQ'
  const failing = passwords.verify('x', tooLittleMemory, here)
  const next = passwords.verify('x', undefined, here)
  await t.rejects(failing)
  t.equal(await next, false)
})
