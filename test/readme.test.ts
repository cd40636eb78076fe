import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CommandProcess } from './faults/support/process.ts'
import { PastedShell, steady, withHigherIds } from './support/pasted-shell.ts'
import { temporaryFolder } from './support/room.ts'

interface Step {
  lines: string[]
  /** The output that the README shows after these lines; empty where the lines print nothing. */
  shown: string
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const steps = stepsOf(sectionOf(readme, 'A story in curl'))

t.test('the story can be pasted twice and prints what the README shows', async (t) => {
  const server = new CommandProcess({
    folder: await temporaryFolder(t),
    env: { HEARTBEAT_MS: '15000' },
  })
  t.teardown(() => server.end('SIGTERM'))
  const url = await server.listening()
  const folder = await temporaryFolder(t)
  const shell = new PastedShell(folder)
  t.teardown(() => shell.end())

  const messages = 3
  for (const before of [0, messages]) {
    for (const { lines, shown } of steps) {
      const expected = withHigherIds(shown, before)
      const printed = await shell.paste(lines, url, expected)
      t.equal(steady(printed), steady(expected), lines.join('\n'))
    }
  }
  t.equal(shell.errors, '', 'nothing is written to the error output')
})

t.test('the story is about what it says', async (t) => {
  const story = steps.flatMap(({ lines }) => lines).join('\n')
  for (const path of [
    'register',
    'login',
    'events',
    'messages/broadcast',
    'messages/direct',
    'logout',
  ])
    t.match(story, `$OBROL/v1/${path}`)
  t.match(story, 'Last-Event-ID')
  t.match(steps[0]?.lines[0], /^OBROL=http:/)
  t.notMatch(story, /\bjq\b/)
})

t.test('its cursor is that of the last whole event, wherever the stream was cut', async (t) => {
  const line = steps.flatMap(({ lines }) => lines).find((line) => line.startsWith('last='))
  const [, stream = ''] = /^```text\n(retry: .*?^)```$/ms.exec(readme) ?? []
  const cuts = Array.from(`${stream}\n`, (_, index) => `${stream}\n`.slice(0, index + 1))
  const folder = await temporaryFolder(t)
  cuts.forEach((cut, index) => {
    mkdirSync(join(folder, `${index}`))
    writeFileSync(join(folder, `${index}/ann.txt`), cut)
  })
  const program = `for cut in $(seq 0 ${cuts.length - 1}); do cd "$cut"; ${line}; echo "$last"; cd ..; done`
  const taken = execFileSync('sh', ['-c', program], { cwd: folder }).toString().split('\n')
  t.equal(taken.pop(), '')
  const whole = (cut: string) => cut.slice(0, cut.lastIndexOf('\n\n') + 1)
  t.same(
    taken,
    cuts.map((cut) => /.*^id: (\S+)$/ms.exec(whole(cut))?.[1] ?? ''),
  )
  t.equal(new Set(taken).size, 4, 'no cursor, and the cursor of each event')
})

t.test('the two commands are those of the continuous integration', async (t) => {
  const run = readFileSync(new URL('../.ci/run', import.meta.url), 'utf8')
  t.match(readme, '\nnpm ci && npm start\n')
  t.match(readme, '\nnpm ci && npm test\n')
  t.match(run, /^npm ci$/m)
  t.match(run, /^counted npm test$/m)
})

function sectionOf(text: string, title: string): string {
  const [, section] = text.split(`\n## ${title}\n`)
  return (section as string).split('\n## ')[0] as string
}

/** The blocks of shell lines, each with the output that follows it. */
function stepsOf(section: string): Step[] {
  const steps: Step[] = []
  for (const [, kind, block] of section.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    const step = steps.at(-1)
    if (kind === 'sh') steps.push({ lines: (block as string).trim().split('\n'), shown: '' })
    else if (step) step.shown += block
  }
  return steps
}
