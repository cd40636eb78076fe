import t, { type Test } from 'tap'
import { freePort } from '../support/free-port.ts'
import { openRoom } from '../support/room.ts'
import { keys } from './support/keys.ts'
import { loadPty, PtyChat } from './support/pty-chat.ts'

const pty = await loadPty()

/** A test at real terminals. Passes with a note if there are none. */
function atTerminals(name: string, test: (t: Test, openChat: OpenChat) => Promise<void>) {
  t.test(name, async (t) => {
    if (typeof pty === 'string') t.pass(`there are no pseudo-terminals here: ${pty}`)
    else await test(t, (...options) => new PtyChat(t, pty, ...options))
  })
}

type OpenChat = (url: string, options?: ConstructorParameters<typeof PtyChat>[3]) => PtyChat

function isRestored(t: Test, { terminal }: PtyChat): void {
  t.match(Object.fromEntries(terminal.modes), { 7: true, 25: true, 2004: false })
  t.equal(terminal.cursor.column, 0, 'the shell goes on at the left edge')
}

const count = (text: string, part: string) => text.split(part).length - 1

atTerminals('a chat from the registration to the logout', async (t, openChat) => {
  const room = await openRoom(t, { settings: { presenceGraceMs: 100 } })
  const { control } = keys
  const [ann, bob] = [openChat(room.url), openChat(room.url)]
  await ann.waitFor(/name :$/)
  ann.type('regist ann tall-ships\r')
  await ann.waitFor('1 online: ann\n[ann] :')
  await bob.waitFor(/name :$/)
  bob.type('regist bob\rsecret-word\r')
  await bob.waitFor('2 online: ann, bob\n[bob] :')
  await ann.waitFor('bob entered')
  const cid = await room.join('cid')
  await ann.waitFor('cid entered')

  ann.type('sendall hello, all')
  await ann.waitFor('[ann] : sendall hello, all')
  bob.type('sendall hi from bob\r')
  await ann.waitFor(/^\d\d:\d\d \[bob\] : hi from bob\n\[ann\] : sendall hello, all$/m)
  t.same(ann.terminal.cursor, { line: '[ann] : sendall hello, all', column: 26 })
  ann.type('\r')
  await bob.waitFor(/^\d\d:\d\d \[ann\] : hello, all$/m)
  await ann.waitFor(/^\d\d:\d\d \[ann\] : hello, all$/m)

  ann.type('sendto b\tpsst\r')
  await bob.waitFor('(to you) [ann] : psst')
  await ann.waitFor('(to bob) [ann] : psst')
  t.notMatch((await cid.call('GET', '/v1/messages')).body, /psst/)

  await room.register('dan')
  ann.type('sendto nobody hi\rsendto dan hi\rsendto dan\rkeepfor dan later\r')
  await ann.waitFor('(to dan) [ann] : later')
  for (const words of ['unknown user nobody', 'dan is not online', 'usage: sendto NAME TEXT'])
    t.match(ann.terminal.text, words)

  ann.type('list\r')
  await ann.waitFor('[ann] : list\nann\nbob\ncid\n')
  await cid.call('POST', '/v1/rooms', { name: 'teahouse' })
  ann.type('rooms\r')
  await ann.waitFor('[ann] : rooms\nteahouse  1 member\n')
  ann.type('join t\t\rsendroom t\thello\r')
  await ann.waitFor('you joined teahouse\n')
  await ann.waitFor(/^\d\d:\d\d \[ann @ teahouse\] : hello$/m)
  ann.type('edit good evening\r')
  await ann.waitFor(/^you edited a message of \d\d:\d\d in teahouse: good evening$/m)
  t.notMatch(ann.terminal.text, '[ann] : sendroom')
  ann.type('dance\r')
  await ann.waitFor(/unknown command dance.*\n {2}sendall TEXT .*\n {2}sendto NAME TEXT /)
  ann.type('history bob 1\r')
  await ann.waitFor(/history bob 1\n\d\d:\d\d \(to bob\) \[ann\] : psst\n/)
  ann.type(`send\t\t`)
  await ann.waitFor('\nsendall\nsendroom\nsendto\n[ann] : send')
  ann.type(control('c') + keys.up)
  await ann.waitFor(/\n\[ann\] : history bob 1$/)
  ann.type(control('l'))
  await ann.waitFor('the screen cleared', (text) => !/\nsendto\n(.|\n)*history bob 1$/.test(text))
  await ann.waitFor(/\n\[ann\] : history bob 1$/)

  await cid.broadcast('\u202eevil\n[bob] : forged')
  await ann.waitFor('[cid] : \\u{202e}evil\n    [bob] : forged\n[ann] : history bob 1')
  ann.resize(30)
  ann.type(`${control('u')}sendall ${keys.paste('one\ntwo')}`)
  await ann.waitFor('[ann] : sendall one\ntwo')
  ann.type('\r')
  await bob.waitFor('[ann] : one\n    two')

  const begun = () => count(ann.terminal.written, '\x1b[?2004h')
  ann.type(control('z'))
  await ann.waitFor('the terminal to be taken back', () => begun() === 2)
  await ann.waitFor(/\[ann\] :$/)

  bob.signal('SIGTERM')
  t.same(await bob.ended, { exitCode: 143, signal: 0 })
  isRestored(t, bob)
  t.notMatch(bob.terminal.written, 'secret-word', 'a password at its prompt is never shown')
  await ann.waitFor('bob left')

  ann.type('logout\r')
  t.same(await ann.ended, { exitCode: 0, signal: 0 })
  isRestored(t, ann)
  await cid.stream.next('presence', (data) => data.left.includes('ann'))
})

atTerminals('a name that is taken ends the chat', async (t, openChat) => {
  const room = await openRoom(t)
  await room.register('ann')
  const ann = openChat(room.url)
  await ann.waitFor(/name :$/)
  ann.type('regist ann other-password\r')
  t.same(await ann.ended, { exitCode: 1, signal: 0 })
  t.match(ann.terminal.text, 'regist ann ********\nann is already taken')
  isRestored(t, ann)
})

atTerminals('a server that stops and starts again', async (t, openChat) => {
  const room = await openRoom(t, { settings: { port: await freePort() } })
  const { url } = room
  const bob = await room.join('bob')
  await room.register('ann')
  const ann = openChat(url, { env: { OBROL_NAME: 'ann' } })
  await ann.waitFor('password')
  ann.type('ann-password\r')
  await ann.waitFor('2 online: ann, bob')

  await room.stop()
  await ann.waitFor(/trying again in \d+ s \(try \d+\)\n\[ann\] :$/)
  ann.type('sendall while away\r')
  await ann.waitFor('lines not sent yet: 1')
  await room.start()
  await bob.broadcast('missed')
  ann.type('\r')
  await ann.waitFor(/connected again.*\[ann\] : while away/s)
  await ann.waitFor('[bob] : missed')
  ann.type(keys.control('c'))
  await ann.waitFor('press Ctrl-C again to leave')
  ann.type(keys.control('c'))
  t.same(await ann.ended, { exitCode: 0, signal: 0 })
  for (const text of ['connected again', '[bob] : missed', '[ann] : while away'])
    t.equal(count(ann.terminal.text, text), 1, text)
  t.notMatch(ann.terminal.text, /trying again|not sent yet|bob (left|entered)/)
})
