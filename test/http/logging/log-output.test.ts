import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import t from 'tap'
import { LogOutput, logOutput } from '../../../src/http/logging/log-output.ts'
import { startingNode } from '../../support/starting-node.ts'
import { loadPty } from '../../terminal/support/pty-chat.ts'

/** A log target that completes each write when the test says so. */
class Reader {
  readonly taken: string[] = []
  #done: (() => void) | undefined
  #came = Promise.withResolvers<void>()

  write(text: string, done: () => void): void {
    this.taken.push(text)
    this.#done = done
    this.#came.resolve()
  }

  /** Waits for a write, completes it and returns its text. */
  async next(): Promise<string> {
    await this.#came.promise
    this.#came = Promise.withResolvers()
    this.#done?.()
    return this.taken.at(-1) as string
  }
}

t.test('lines of one moment are written at once, in order', async (t) => {
  const reader = new Reader()
  const output = new LogOutput(reader)
  output.write('{"n":1}\n')
  queueMicrotask(() => output.write('{"n":2}\n'))
  t.equal(await reader.next(), '{"n":1}\n{"n":2}\n')
  output.write('{"n":3}\n')
  t.equal(await reader.next(), '{"n":3}\n')
})

t.test('lines wait for a slow reader; past the bound they are dropped and counted', async (t) => {
  const reader = new Reader()
  const output = new LogOutput(reader, { maxChars: 20 })
  const lines = Array.from({ length: 8 }, (_, n) => `{"n":${n}}\n`)
  output.write(lines[0] as string)
  while (reader.taken.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  for (const line of lines.slice(1)) output.write(line)
  // Longer than the batch time, so these lines wait for the reader.
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.same(reader.taken, [lines[0]])
  await reader.next()
  const [first, second, told] = (await reader.next()).trimEnd().split('\n')
  t.same([first, second], ['{"n":1}', '{"n":2}'])
  t.match(JSON.parse(told as string), {
    level: 40,
    time: Number,
    event: 'log lines dropped',
    lines: 5,
  })
  output.write('{"n":9}\n')
  t.equal(await reader.next(), '{"n":9}\n', 'and it goes on')
})

t.test('waiting lines are written at the end of the process', async (t) => {
  const reader = new Reader()
  const output = new LogOutput(reader)
  output.flush()
  output.write('{"n":1}\n')
  output.flush()
  t.same(reader.taken, ['{"n":1}\n'])
  await reader.next()
})

t.test('the log goes to standard output', async (t) => {
  const node = startingNode(
    ['--input-type=module', '--eval', `${imported}; logOutput.write('{"n":1}\\n')`],
    { counted: false },
  )
  const child = spawn(node.program, node.args, {
    env: node.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  t.equal(text, '{"n":1}\n')
})

t.test('the server goes on without a reader of its log', async (t) => {
  t.doesNotThrow(() => process.stdout.emit('error', new Error('write EPIPE')))
  t.doesNotThrow(() => logOutput.flush())
})

const imported = `import { logOutput } from ${JSON.stringify(
  new URL('../../../src/http/logging/log-output.ts', import.meta.url).href,
)}`

/** Logs 50 MB in lines of 1 KB, and reports the longest pause and the growth of memory. */
const logging = `${imported}
let longest = 0
let turn = performance.now()
const before = process.memoryUsage.rss()
for (let at = 0; at < 50_000; at++) {
  logOutput.write(JSON.stringify({ at, filling: 'x'.repeat(984) }) + '\\n')
  if (at % 100 > 0) continue
  await new Promise((resolve) => setTimeout(resolve, 1))
  longest = Math.max(longest, performance.now() - turn)
  turn = performance.now()
}
const grown = process.memoryUsage.rss() - before
process.send({ longest, grown })
process.once('message', () => setTimeout(() => process.exit(), 100))
`

interface Effect {
  longest: number
  grown: number
}

t.test('a reader of the log that stalls costs neither memory nor time', async (t) => {
  const node = startingNode(['--input-type=module', '--eval', logging], { counted: false })
  const child = spawn(node.program, node.args, {
    env: node.env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const { stdout } = child
  if (stdout === null) throw new Error('it has a standard output')
  const effect = await new Promise<Effect>((resolve) =>
    child.once('message', (message) => resolve(message as Effect)),
  )
  t.ok(effect.grown < 60_000_000, `memory grew by ${effect.grown} bytes`)
  t.ok(effect.longest < 1000, `it never stood still for more than ${effect.longest} ms`)

  let written = 0
  let dropped = 0
  let asked = false
  for await (const line of createInterface({ input: stdout })) {
    const { event, lines } = JSON.parse(line)
    if (event === 'log lines dropped') dropped += lines
    else written++
    if (written + dropped === 50_000 && !asked) {
      asked = true
      child.send('end')
    }
  }
  t.ok(dropped > 10_000, `${dropped} lines were dropped`)
  t.equal(written + dropped, 50_000, 'each line was written or counted')
})

/** Logs 2 MB after input on standard input, and exits. */
const loggingOnce = `${imported}
process.stdin.once('data', async () => {
  for (let at = 0; at < 2000; at++) {
    logOutput.write('x'.repeat(999) + '\\n')
    if (at % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  process.exit()
})
process.stdout.write('ready')
`

t.test('a paused terminal does not block the server', async (t) => {
  const pty = await loadPty()
  if (typeof pty === 'string') return t.pass(`there are no pseudo-terminals here: ${pty}`)
  const node = startingNode(['--input-type=module', '--eval', loggingOnce], { counted: false })
  const terminal = pty.spawn(node.program, node.args, { env: node.env })
  let shown = ''
  terminal.onData((text) => {
    shown += text
    if (shown !== 'ready') return
    terminal.pause()
    terminal.write('go\r')
  })
  const ending = await new Promise<{ exitCode: number }>((resolve) => {
    terminal.onExit(resolve)
    t.teardown(() => terminal.kill('SIGKILL'))
  })
  t.equal(ending.exitCode, 0)
  t.ok(shown.length < 1_000_000, `${shown.length} characters were shown`)
})
