import t from 'tap'
import type { ObrolClient } from '../../src/client/index.ts'
import { CommandRunner } from '../../src/terminal/command-runner.ts'
import type { Paragraph } from '../../src/terminal/paragraph.ts'
import type { View } from '../../src/terminal/view.ts'

/** Runs `list` on a server with these pages. Returns the requests and the shown names. */
async function list(pages: (after: string | undefined) => string[]) {
  const asked: (string | undefined)[] = []
  const shown: Paragraph[] = []
  const client = {
    async online({ after }: { after?: string }) {
      asked.push(after)
      const users = pages(after).map((username) => ({ username, onlineSince: '' }))
      return { users, count: users.length, more: true }
    },
  } as unknown as ObrolClient
  const view = { show: (...names: Paragraph[]) => shown.push(...names) } as unknown as View
  const { signal } = new AbortController()
  await new CommandRunner(client, view, { me: 'ann', signal, leave: async () => {} }).run('list')
  return { asked, shown: shown.flatMap(({ lines }) => lines) }
}

t.test('a list that repeats or has no end is read no further', async (t) => {
  const circle = await list((after) => [after === 'ann' ? 'bob' : 'ann'])
  t.same(circle.asked, [undefined, 'ann', 'bob'])
  t.same(circle.shown, ['ann', 'bob'])
  t.same((await list(() => [])).asked, [undefined])

  let made = 0
  const endless = await list(() => Array.from({ length: 1_000 }, () => `guest${made++}`))
  t.equal(endless.asked.length, 10)
  t.equal(endless.shown.length, 10_000)
})

t.test('only the first unknown command shows the list of commands', async (t) => {
  const lines: string[][] = []
  const view = {
    showError: (...shown: Paragraph[]) => lines.push(shown.flatMap(({ lines }) => lines)),
  } as unknown as View
  const { signal } = new AbortController()
  const client = {} as ObrolClient
  const runner = new CommandRunner(client, view, { me: 'ann', signal, leave: async () => {} })
  for (const line of ['hello everyone', 'anyone?']) t.equal(await runner.run(line), 1)
  t.equal(lines[0]?.[0], 'unknown command hello; to send a message to everyone: sendall TEXT')
  t.equal(lines[0]?.length, 9)
  t.same(lines[1], ['unknown command anyone?; to send a message to everyone: sendall TEXT'])
})
