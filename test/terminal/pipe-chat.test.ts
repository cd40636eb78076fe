import { Readable } from 'node:stream'
import t from 'tap'
import { readLines } from '../../src/terminal/pipe-chat.ts'
import { openRoom } from '../support/room.ts'
import { PipedChat, pipe } from './support/piped-chat.ts'

t.test('commands run one after the other, to the last line', async (t) => {
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

  t.test('errors go to the error output, and later commands still run', async (t) => {
    const words =
      'login ann tall-ships\nsendto zoe x\nsendto ann\nsendall\nhistory zoe\nhistory 1 2 3\n'
    const { status, out, err } = await pipe(room.url, `${words}history bob 0\ndance\nlist\n`)
    t.equal(status, 1)
    t.same(out, 'ann\nbob\n')
    t.match(
      err,
      /^unknown user zoe\nusage: sendto NAME TEXT\nusage: sendall TEXT\nunknown user zoe\nusage: history.*\nusage: history.*\nunknown command dance; to send a message to everyone: sendall TEXT\n {2}sendall TEXT /,
    )
  })

  t.test('history shows earlier messages, and help the commands', async (t) => {
    const run = (line: string) => pipe(room.url, `login ann tall-ships\n${line}\nquit\n`)
    t.match(await run('history'), { status: 0, out: '[ann] : hi\n[ann] : psst\n[ann] : so\n' })
    t.match(await run('history 1'), { out: '[ann] : so\n' })
    t.match(await run('history bob 900'), { out: '[ann] : psst\n[ann] : so\n' })
    t.match(await run('history ann'), { out: '', err: 'no messages yet\n' })
    t.match(await run('help'), { out: /^ {2}sendall TEXT / })

    const ann = await room.login('ann', 'tall-ships')
    await ann.call('POST', '/v1/rooms', { name: 'tea' })
    await ann.call('POST', '/v1/rooms/tea/messages', { text: 'only here' })
    t.match(await run('history 1'), { out: '[ann @ tea] : only here\n' })
  })

  t.test('the environment logs in if the first line does not', async (t) => {
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

  t.test('a failed login shows the reason', async (t) => {
    const table: [line: string, err: string | RegExp][] = [
      ['regist ann other-password', /^ann is already taken: This username, or one that reads/],
      ['regist аnn other-password', /must not mix scripts .* of Latin and Cyrillic$/m],
      ['regist admın other-password', /^admın is already taken: This username.* is reserved/],
      ['login zoe tall-ships', 'unknown user zoe\n'],
      ['login ann wrong-one', 'wrong password\n'],
      ['regist x tall-ships', /must be 2 to 32 characters/],
      ['sendall hi', /^log in before you use sendall; the commands are:\n {2}regist NAME/],
      ['login', /^usage: login NAME \[PASSWORD\]; the commands are:\n/],
    ]
    for (const [line, err] of table)
      t.match(await pipe(room.url, line), { status: 1, out: '', err })
    t.match(await pipe(room.url, 'help\nquit\n'), { status: 0, out: /^ {2}regist NAME/, err: '' })
    t.same(await pipe(room.url, '\n'), { status: 0, out: '', err: '' })
  })
})

t.test('rooms are found, joined, written to and left', async (t) => {
  const room = await openRoom(t)
  const bob = await room.join('bob')
  t.match(await pipe(room.url, 'regist ann tall-ships\nrooms\n'), { err: 'no rooms yet\n' })
  await bob.call('POST', '/v1/rooms', { name: 'tea', topic: 'Leaves' })
  await bob.call('POST', '/v1/rooms', { name: 'den', access: 'private' })
  const run = (...lines: string[]) => pipe(room.url, `login ann tall-ships\n${lines.join('\n')}\n`)

  t.same(await run('rooms', 'join tea', 'sendroom tea Is it on?', 'who tea', 'rooms'), {
    status: 0,
    out: [
      'tea  1 member: Leaves',
      'you joined tea',
      '[ann @ tea] : Is it on?',
      'ann  member, online',
      'bob  owner, online',
      'tea  2 members, joined: Leaves',
      '',
    ].join('\n'),
    err: '',
  })
  t.same(await run('edit Is the kettle on?', 'delete', 'leave tea'), {
    status: 0,
    out: [
      'you edited a message in tea: Is the kettle on?',
      'you deleted a message in tea',
      'you left tea',
      '',
    ].join('\n'),
    err: '',
  })
  const usages = ['join', 'join tea now', 'leave', 'who', 'sendroom tea', 'edit', 'delete tea']
  const wrong = await run('join den', 'who den', 'sendroom tea Hi', 'delete', ...usages)
  t.match(wrong, { status: 1, out: '' })
  t.same(wrong.err.split('\n'), [
    'unknown room den',
    'unknown room den',
    'Only members of this room may do this. Join it first.',
    'you have sent no message lately',
    'usage: join ROOM',
    'usage: join ROOM',
    'usage: leave ROOM',
    'usage: who ROOM',
    'usage: sendroom ROOM TEXT',
    'usage: edit TEXT',
    'usage: delete',
    '',
  ])
})

t.test('messages, arrivals and departures are a line each', async (t) => {
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
  t.equal(await chat.ended, 1, 'a session that was ended elsewhere is a failure')
  t.equal(chat.errors.text, 'your session was ended from elsewhere: log in again\n')
  t.ok(chat.input.destroyed, 'even if the input goes on')
})

t.test('an unreachable server ends the chat', async (t) => {
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

t.test('chunks of the input make no difference to its lines', async (t) => {
  const table: [chunks: (string | Buffer)[], lines: string[]][] = [
    [['one\ntwo\n'], ['one', 'two']],
    [
      ['on', 'e\r', '\ntw', 'o'],
      ['one', 'two'],
    ],
    [['\n\n'], ['', '']],
    [['a\u2028b\rc\n'], ['a\u2028b\rc']],
    [[Buffer.from([0xe4, 0xbd]), Buffer.from([0xa0, 0x0a])], ['你']],
    [[], []],
  ]
  for (const [chunks, lines] of table)
    t.same(await Array.fromAsync(readLines(Readable.from(chunks, { objectMode: false }))), lines)
})
