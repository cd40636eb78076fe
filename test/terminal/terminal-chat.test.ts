import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import t, { type Test } from 'tap'
import { ObrolClient } from '../../src/client/index.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { chatOnTerminal } from '../../src/terminal/terminal-chat.ts'
import { openProxy } from '../e2e/support/proxy.ts'
import { openRoom } from '../support/room.ts'
import { AwaitableText } from './support/awaitable-text.ts'
import { keys } from './support/keys.ts'
import { TerminalEmulator } from './support/terminal-emulator.ts'

const { control } = keys
// Each chat adds listeners to the process, and all chats run in this one.
process.setMaxListeners(0)

/** A chat in this process, at an emulated terminal. */
class InProcessChat extends AwaitableText {
  readonly terminal: TerminalEmulator
  readonly input = Object.assign(new PassThrough(), {
    setRawMode: (raw: boolean) => this.#set(raw),
  })
  readonly ended: Promise<number>
  isRaw = false

  constructor(url: string, env: NodeJS.ProcessEnv = {}) {
    const terminal = new TerminalEmulator()
    super(() => terminal.text)
    this.terminal = terminal
    const write = (text: string) => {
      terminal.write(text)
      this.changed()
    }
    const output = { columns: terminal.columns, rows: terminal.rows, write, on: () => {} }
    this.ended = chatOnTerminal(new ObrolClient(url), {
      input: this.input as unknown as ReadStream,
      output: output as unknown as WriteStream,
      palette: plainPalette,
      env,
    })
  }

  #set(raw: boolean): void {
    this.isRaw = raw
  }
}

/** Accepts connections and sends nothing. */
async function openSilentServer(t: Test): Promise<string> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

t.test('keys typed ahead wait for their question', async (t) => {
  const room = await openRoom(t)
  const { input, terminal, ended } = new InProcessChat(room.url)
  input.write(
    `\r help\rre${keys.tab}${keys.tab} ann\rtall-ships\rsendall hi\rlist\r${control('d')}`,
  )
  t.equal(await ended, 0)
  t.match(terminal.text, /\n {2}regist NAME \[PASSWORD\] /)
  t.match(terminal.text, '\nregist\nregister\n')
  t.match(
    terminal.text,
    '\n(regist NAME or login NAME) your name : regist ann\npassword (not shown) :\n',
  )
  t.notMatch(terminal.written, 'tall-ships')

  t.test('the environment can log in', async (t) => {
    const ann = { OBROL_NAME: 'ann', OBROL_PASSWORD: 'tall-ships' }
    const chat = new InProcessChat(room.url, ann)
    await chat.waitFor('1 online: ann\n[ann] :')
    t.ok(chat.isRaw)
    chat.input.write('quit\r')
    t.equal(await chat.ended, 0)
    t.notOk(chat.isRaw)
  })

  t.test('the rooms that one is in can be completed', async (t) => {
    const ann = await room.login('ann', 'tall-ships')
    await ann.call('POST', '/v1/rooms', { name: 'teahouse' })
    const chat = new InProcessChat(room.url, { OBROL_NAME: 'ann', OBROL_PASSWORD: 'tall-ships' })
    await chat.waitFor('1 online: ann\n[ann] :')
    chat.input.write('sendroom t')
    // Nothing on the screen says that the names have come.
    const deadline = Date.now() + 20_000
    while (!chat.terminal.text.endsWith('[ann] : sendroom teahouse') && Date.now() < deadline) {
      chat.input.write(keys.tab)
      await setImmediate()
    }
    chat.input.write('hi\r')
    await chat.waitFor('[ann @ teahouse] : hi')
    chat.input.write('quit\r')
    t.equal(await chat.ended, 0)
  })

  t.test('an invalid command, a wrong password and the keys that leave', async (t) => {
    const table: [typed: string, status: number, shown: string | RegExp][] = [
      ['sendall hi\r', 1, /log in before you use sendall; the commands are:\n {2}regist NAME/],
      [
        'ann\r',
        1,
        /unknown command ann; the commands are:\n {2}regist NAME[\s\S]*\nThe chat has ended\. Start it again, then use regist NAME/,
      ],
      ['login ann wrong-one\r', 1, 'login ann ********\nwrong password'],
      [`help\r${control('c')}`, 0, /regist NAME/],
      ['quit\r', 0, 'your name : quit'],
      [control('d'), 0, /PASSWORD/],
      [`x${control('c')}${control('c')}${control('c')}`, 0, 'press Ctrl-C again to leave'],
      [`login ann\r${control('d')}`, 0, 'your name : login ann'],
    ]
    for (const [typed, status, shown] of table) {
      const chat = new InProcessChat(room.url)
      chat.input.write(typed)
      t.equal(await chat.ended, status, JSON.stringify(typed))
      t.match(chat.terminal.text, shown)
    }
  })
})

t.test('the chat ends when the terminal closes', async (t) => {
  const chat = new InProcessChat('http://127.0.0.1:1')
  await chat.waitFor('your name :')
  chat.input.end()
  t.equal(await chat.ended, 0)
})

t.test('a running call can be aborted', async (t) => {
  const chat = new InProcessChat(await openSilentServer(t))
  chat.input.write('login ann tall-ships\r')
  await chat.waitFor('login ann ***')
  chat.input.write(`x${control('c')}`)
  t.equal(await chat.ended, 0)
  t.notMatch(chat.terminal.text, /cannot|abort/i)
})

t.test('only lines without an answer are counted as not sent', async (t) => {
  const room = await openRoom(t)
  const proxy = await openProxy(t, room.url)
  const chat = new InProcessChat(proxy.url)
  chat.input.write('regist ann tall-ships\r')
  await chat.waitFor('1 online: ann')
  for (let said = 0; said < 5; said++) {
    chat.input.write(`sendall line ${said}\r`)
    await chat.waitFor(`[ann] : line ${said}`)
  }
  proxy.target = 'http://127.0.0.1:1'
  proxy.cut()
  await chat.waitFor(/trying again in \d+ s \(try \d+\)\n/)
  t.notMatch(chat.terminal.text, 'not sent yet')
  chat.input.write('sendall first\rsendall second\r')
  await chat.waitFor('(lines not sent yet: 2)')
  proxy.target = room.url
  // Enter retries the stream and the commands at once.
  chat.input.write('\r')
  await chat.waitFor(/\[ann\] : first\n.*\[ann\] : second\n/)
  t.notMatch(chat.terminal.text, 'not sent yet')
  chat.input.write('quit\r')
  t.equal(await chat.ended, 0)
})
