import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
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
// Each chat listens for signals and for the end of the process, which is one alone here.
process.setMaxListeners(0)

/** A chat in this process, at a terminal that is none. */
class InProcessChat extends AwaitableText {
  readonly terminal: TerminalEmulator
  readonly input = Object.assign(new PassThrough(), {
    setRawMode: (raw: boolean) => this.#set(raw),
  })
  readonly ended: Promise<number>
  isRaw = false

  constructor(url: string, env: NodeJS.ProcessEnv = {}) {
    const glass = new TerminalEmulator()
    super(() => glass.text)
    this.terminal = glass
    const write = (text: string) => {
      glass.write(text)
      this.changed()
    }
    const output = { columns: glass.columns, rows: glass.rows, write, on: () => {} }
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

/** A server that takes connections and says nothing. */
async function openSilentServer(t: Test): Promise<string> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

t.test('what is typed ahead waits for its question', async (t) => {
  const room = await openRoom(t)
  const { input, terminal: glass, ended } = new InProcessChat(room.url)
  input.write(
    `\r help\rre${keys.tab}${keys.tab} ann\rtall-ships\rsendall hi\rlist\r${control('d')}`,
  )
  t.equal(await ended, 0)
  t.match(glass.text, /\n {2}regist NAME \[PASSWORD\] /)
  t.match(glass.text, '\nregist\nregister\n')
  t.match(
    glass.text,
    '\n(regist NAME or login NAME) your name : regist ann\npassword (not shown) :\n',
  )
  t.notMatch(glass.written, 'tall-ships')

  t.test('the environment may have said who it is', async (t) => {
    const ann = { OBROL_NAME: 'ann', OBROL_PASSWORD: 'tall-ships' }
    const booth = new InProcessChat(room.url, ann)
    await booth.waitFor('1 online: ann\n[ann] :')
    t.ok(booth.isRaw)
    booth.input.write('quit\r')
    t.equal(await booth.ended, 0)
    t.notOk(booth.isRaw)
  })

  t.test('a wrong command, a wrong password and the end', async (t) => {
    const table: [typed: string, status: number, shown: string | RegExp][] = [
      ['sendall hi\r', 1, /to sendall, come in first; there are:\n {2}regist NAME/],
      [
        'ann\r',
        1,
        /ann is no command here; there are:\n {2}regist NAME[\s\S]*\nThis chat is over\. Start it again, then: regist NAME \(a new name\)/,
      ],
      ['login ann wrong-one\r', 1, 'login ann ********\nwrong password'],
      [`help\r${control('c')}`, 0, /regist NAME/],
      ['quit\r', 0, 'your name : quit'],
      [control('d'), 0, /PASSWORD/],
      [`x${control('c')}${control('c')}${control('c')}`, 0, 'Ctrl-C again leaves'],
      [`login ann\r${control('d')}`, 0, 'your name : login ann'],
    ]
    for (const [typed, status, shown] of table) {
      const booth = new InProcessChat(room.url)
      booth.input.write(typed)
      t.equal(await booth.ended, status, JSON.stringify(typed))
      t.match(booth.terminal.text, shown)
    }
  })
})

t.test('a terminal that closes is left', async (t) => {
  const booth = new InProcessChat('http://127.0.0.1:1')
  await booth.waitFor('your name :')
  booth.input.end()
  t.equal(await booth.ended, 0)
})

t.test('a call under way can be left', async (t) => {
  const booth = new InProcessChat(await openSilentServer(t))
  booth.input.write('login ann tall-ships\r')
  await booth.waitFor('login ann ***')
  booth.input.write(`x${control('c')}`)
  t.equal(await booth.ended, 0)
  t.notMatch(booth.terminal.text, /cannot|abort/i)
})

t.test('of what was typed, only what has no answer yet is told as not sent', async (t) => {
  const room = await openRoom(t)
  const proxy = await openProxy(t, room.url)
  const booth = new InProcessChat(proxy.url)
  booth.input.write('regist ann tall-ships\r')
  await booth.waitFor('1 online: ann')
  for (let said = 0; said < 5; said++) {
    booth.input.write(`sendall line ${said}\r`)
    await booth.waitFor(`[ann] : line ${said}`)
  }
  proxy.target = 'http://127.0.0.1:1'
  proxy.cut()
  await booth.waitFor(/trying again in \d+ s \(try \d+\)\n/)
  t.notMatch(booth.terminal.text, 'not sent yet')
  booth.input.write('sendall first\rsendall second\r')
  await booth.waitFor('(typed and not sent yet: 2)')
  proxy.target = room.url
  // An Enter tries at once, the stream and what was typed.
  booth.input.write('\r')
  await booth.waitFor(/\[ann\] : first\n.*\[ann\] : second\n/)
  t.notMatch(booth.terminal.text, 'not sent yet')
  booth.input.write('quit\r')
  t.equal(await booth.ended, 0)
})
