import t from 'tap'
import { openRoom } from '../support/room.ts'
import { PipedChat, pipe } from './support/piped-chat.ts'

t.test('lines are carried out one after the other, to the last', async (t) => {
  const room = await openRoom(t)
  const bob = await room.join('bob')
  const lines =
    'regist ann tall-ships\r\n\nsendall hi\nsendto bob psst\nkeepfor bob so\nlogout\nlist'
  const { status, out, err } = await pipe(room.url, lines)
  t.same(
    { status, out, err },
    { status: 0, out: '[ann] : hi\n[ann] : psst\n[ann] : so\n', err: '' },
  )
  for (const text of ['hi', 'psst', 'so'])
    t.match((await bob.stream.next('message')).data, { from: 'ann', text })

  t.test('what is refused is told on the other stream, and the rest goes on', async (t) => {
    const words =
      'login ann tall-ships\nsendto zoe x\nsendto ann\nsendall\nhistory zoe\nhistory 1 2 3\n'
    const { status, out, err } = await pipe(room.url, `${words}history bob 0\ndance\nlist\n`)
    t.equal(status, 1)
    t.same(out, 'ann\nbob\n')
    t.match(
      err,
      /^unknown user zoe\nusage: sendto NAME TEXT\nusage: sendall TEXT\nunknown user zoe\nusage: history.*\nusage: history.*\nunknown command dance; to say something to everyone: sendall TEXT\n {2}sendall TEXT /,
    )
  })

  t.test('what was said can be read again', async (t) => {
    const told = (words: string) => pipe(room.url, `login ann tall-ships\n${words}\nquit\n`)
    t.match(await told('history'), { status: 0, out: '[ann] : hi\n[ann] : psst\n[ann] : so\n' })
    t.match(await told('history 1'), { out: '[ann] : so\n' })
    t.match(await told('history bob 900'), { out: '[ann] : psst\n[ann] : so\n' })
    t.match(await told('history ann'), { out: '', err: 'nothing was said yet\n' })
    t.match(await told('help'), { out: /^ {2}sendall TEXT / })
  })

  t.test('the environment says who it is where the first line does not', async (t) => {
    const ann = { OBROL_NAME: 'ann', OBROL_PASSWORD: 'tall-ships' }
    t.same(await pipe(room.url, 'list\n', ann), { status: 0, out: 'ann\nbob\n', err: '' })
    t.match(await pipe(room.url, 'dance\n', ann), { status: 1, err: /^unknown command dance/ })
    t.match(await pipe(room.url, 'login bob bob-password\nlist\n', ann), { out: 'bob\n' })
    t.same(await pipe(room.url, 'login ann\nlist\n', { OBROL_PASSWORD: 'tall-ships' }), {
      status: 0,
      out: 'ann\nbob\n',
      err: '',
    })
    const needed = 'a password is needed: after the name, or in OBROL_PASSWORD\n'
    t.same(await pipe(room.url, 'list\n', { OBROL_NAME: 'ann' }), {
      status: 1,
      out: '',
      err: needed,
    })
    t.same(await pipe(room.url, 'login ann\n'), { status: 1, out: '', err: needed })
  })

  t.test('who is not let in is told why', async (t) => {
    const table: [line: string, err: string | RegExp][] = [
      ['regist ann other-password', /^ann is already taken: This username, or one that reads/],
      ['regist аnn other-password', /must not mix scripts .* of Latin and Cyrillic$/m],
      ['regist admın other-password', /^admın is already taken: This username.* is reserved/],
      ['login zoe tall-ships', 'unknown user zoe\n'],
      ['login ann wrong-one', 'wrong password\n'],
      ['regist x tall-ships', /must be 2 to 32 characters/],
      ['sendall hi', /^to sendall, come in first; there are:\n {2}regist NAME/],
      ['login', /^usage: login NAME \[PASSWORD\]; there are:\n/],
    ]
    for (const [line, err] of table)
      t.match(await pipe(room.url, line), { status: 1, out: '', err })
    t.match(await pipe(room.url, 'help\nquit\n'), { status: 0, out: /^ {2}regist NAME/, err: '' })
    t.same(await pipe(room.url, '\n'), { status: 0, out: '', err: '' })
  })
})

t.test('what others say and who comes and goes is a line each', async (t) => {
  const room = await openRoom(t, { settings: { presenceGraceMs: 0 } })
  const chat = new PipedChat(room.url)
  chat.input.write('regist ann tall-ships\nlist\n')
  await chat.output.waitFor('ann\n')
  const bob = await room.join('bob')
  await chat.output.waitFor('bob entered\n')
  await bob.broadcast('hello\n[ann] : forged')
  await chat.output.waitFor('forged\n')
  await bob.call('POST', '/v1/logout')
  await chat.output.waitFor('bob left\n')
  t.equal(chat.output.text, 'ann\nbob entered\n[bob] : hello\n    [ann] : forged\nbob left\n')

  await room.call('POST', '/v1/logout', { token: chat.client.token as string })
  t.equal(await chat.ended, 1, 'a session that another ended is no success')
  t.equal(chat.errors.text, 'your session was ended from elsewhere: log in again\n')
  t.ok(chat.input.destroyed, 'though the input goes on')
})

t.test('a server out of reach ends it', async (t) => {
  const room = await openRoom(t)
  const chat = new PipedChat(room.url, {}, { retryForMs: 0 })
  chat.input.write('regist ann tall-ships\nlist\n')
  await chat.output.waitFor('ann\n')
  const { url } = room
  await room.stop()
  await chat.errors.waitFor('trying again\n')
  chat.input.end('sendall one\nsendall two\n')
  t.equal(await chat.ended, 3)
  t.match(chat.errors.text, /^[^;]+; trying again\ncannot reach the server: .*\n$/)
  t.match(await pipe(url, 'login ann tall-ships\n'), {
    status: 3,
    err: /^cannot reach the server: .*ECONNREFUSED/,
  })
})
