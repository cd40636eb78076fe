import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openRoom, temporaryFolder } from './support/room.ts'

/** A line of the story may take so long, in ms; those that wait inside need a few seconds. */
const deadlineMs = 15_000

interface Step {
  lines: string[]
  /** What the README shows after these lines; nothing is expected to be printed where it shows none. */
  shown: string
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
/** What may be typed again where a busy machine had not got so far: it only looks. */
const repeatable = /^cat |^curl -sN -m /
const steps = stepsOf(sectionOf(readme, 'A story in curl'))

t.test('the story can be pasted line by line and prints what the README shows', async (t) => {
  const room = await openRoom(t)
  const folder = await temporaryFolder(t)
  const shell = new Shell(folder)
  t.teardown(() => shell.end())

  for (const { lines, shown } of steps) {
    let printed = ''
    for (const line of lines) {
      const typed = atServer(line, room.url)
      printed += repeatable.test(line)
        ? await shell.runUntil(typed, (text) => steady(text) === steady(shown))
        : await shell.run(typed)
    }
    t.equal(steady(printed), steady(shown), lines.join('\n'))
  }
  t.equal(shell.errors, '', 'nothing is complained about')
})

t.test('the story is about what it says', async (t) => {
  const told = steps.flatMap(({ lines }) => lines).join('\n')
  for (const path of [
    'register',
    'events',
    'messages/broadcast',
    'messages/direct',
    'users/online',
    'logout',
  ])
    t.match(told, `$OBROL/v1/${path}`)
  t.match(told, 'Last-Event-ID')
  t.match(steps[0]?.lines[0], /^OBROL=http:/)
  t.notMatch(told, /\bjq\b/)
})

t.test('the two commands are those of the continuous integration', async (t) => {
  const run = readFileSync(new URL('../.ci/run', import.meta.url), 'utf8')
  t.match(readme, '\nnpm ci && npm start\n')
  t.match(readme, '\nnpm ci && npm test\n')
  t.match(run, /^npm ci$/m)
  t.match(run, /^counted npm test$/m)
})

/** One shell that lines are typed into, as into a terminal. */
class Shell {
  readonly #process: ChildProcessWithoutNullStreams
  #printed = ''
  #typed = 0
  errors = ''

  constructor(folder: string) {
    this.#process = spawn('sh', { cwd: folder, stdio: 'pipe' })
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      this.#printed += text
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.errors += text
    })
  }

  /** Types a line; resolves with what it printed. */
  async run(line: string): Promise<string> {
    const mark = `--- end of line ${++this.#typed} ---\n`
    const until = Date.now() + deadlineMs
    this.#process.stdin.write(`${line}\nprintf '%s' '${mark}'\n`)
    while (!this.#printed.endsWith(mark)) {
      if (Date.now() > until) throw new Error(`${line}: printed ${this.#printed}${this.errors}`)
      await delay(5)
    }
    const printed = this.#printed.slice(0, -mark.length)
    this.#printed = ''
    return printed
  }

  /** Types a line again and again: what a stream brings comes a moment after the post's answer. */
  async runUntil(line: string, isRight: (printed: string) => boolean): Promise<string> {
    const until = Date.now() + deadlineMs
    for (;;) {
      const printed = await this.run(line)
      if (isRight(printed) || Date.now() > until) return printed
      await delay(20)
    }
  }

  async end(): Promise<void> {
    // Whatever the story still has open: the shell is at its end whether it was told or not.
    this.#process.stdin.end('kill $stream 2>/dev/null\n')
    if (this.#process.exitCode === null)
      await new Promise((resolve) => this.#process.once('exit', resolve))
  }
}

/** The line as it is, but for the one that says where the server is. */
function atServer(line: string, url: string): string {
  return line.replace(/^OBROL=.*/, `OBROL=${url}`)
}

/** Without what differs from run to run: times and epochs. */
function steady(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/^(id: \d+)-[0-9a-z]{8}$/gm, '$1-EPOCH')
    .trimEnd()
}

function sectionOf(text: string, title: string): string {
  const [, section] = text.split(`\n## ${title}\n`)
  return (section as string).split('\n## ')[0] as string
}

/** The blocks of shell lines, each with the block of output that follows it before the next. */
function stepsOf(section: string): Step[] {
  const steps: Step[] = []
  for (const [, kind, block] of section.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    const step = steps.at(-1)
    if (kind === 'sh') steps.push({ lines: (block as string).trim().split('\n'), shown: '' })
    else if (step) step.shown += block
  }
  return steps
}
