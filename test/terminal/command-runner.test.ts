import t from 'tap'
import type { Message, ObrolClient } from '../../src/client/index.ts'
import { CommandRunner } from '../../src/terminal/command-runner.ts'
import { OwnMessages } from '../../src/terminal/own-messages.ts'
import type { Paragraph } from '../../src/terminal/paragraph.ts'
import type { View } from '../../src/terminal/view.ts'

const context = () => ({
  me: 'ann',
  signal: new AbortController().signal,
  leave: async () => {},
  ownMessages: new OwnMessages(),
  knownRooms: new Set<string>(),
})

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
  await new CommandRunner(client, view, context()).run('list')
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
  const client = {} as ObrolClient
  const runner = new CommandRunner(client, view, context())
  for (const line of ['hello everyone', 'anyone?']) t.equal(await runner.run(line), 1)
  t.equal(lines[0]?.[0], 'unknown command hello; to send a message to everyone: sendall TEXT')
  t.equal(lines[0]?.length, 16)
  t.same(lines[1], ['unknown command anyone?; to send a message to everyone: sendall TEXT'])
})

/** Runs `edit` for a user with this history. Returns what was edited, and what was shown. */
async function edit(history: Partial<Message>[], own: number[] = []) {
  const edited: number[] = []
  const shown: string[] = []
  const client = {
    history: async () => ({ messages: history }),
    editMessage: async (id: number) => edited.push(id),
  } as unknown as ObrolClient
  const view = {
    showError: (...errors: Paragraph[]) => shown.push(...errors.flatMap(({ lines }) => lines)),
  } as unknown as View
  const ownMessages = new OwnMessages()
  for (const id of own) ownMessages.add(id)
  const runner = new CommandRunner(client, view, { ...context(), ownMessages })
  await runner.run('edit hello')
  return { edited, shown }
}

t.test('the last message is the newest of this session, else of the history', async (t) => {
  const history = [
    { id: 3, from: 'ann' },
    { id: 4, from: 'ann', deletedAt: '2026-11-02T09:31:00.000Z' },
    { id: 5, from: 'bob' },
  ]
  t.same((await edit(history)).edited, [3])
  t.same((await edit(history, [7, 6])).edited, [7])
  t.same(await edit([]), { edited: [], shown: ['you have sent no message lately'] })
})

t.test('no more than the newest hundred messages are remembered', async (t) => {
  const own = new OwnMessages()
  for (let id = 1; id <= 101; id++) own.add(id)
  for (let id = 101; id >= 2; id--) {
    t.equal(own.last, id)
    own.remove(id)
  }
  t.equal(own.last, undefined)
  own.add(1)
  own.clear()
  t.equal(own.last, undefined)
})

t.test('without the names of the rooms the chat goes on', async (t) => {
  const client = { rooms: { list: async () => Promise.reject(new Error('busy')) } }
  const known = context()
  const runner = new CommandRunner(client as unknown as ObrolClient, {} as View, known)
  await runner.rooms.learn()
  t.equal(known.knownRooms.size, 0)
})

t.test('a message of a kind that is not known is not in the history', async (t) => {
  const notices: string[] = []
  const client = { history: async () => ({ messages: [{ id: 1, kind: 'poll', from: 'bob' }] }) }
  const view = {
    show: (...shown: Paragraph[]) => notices.push(...shown.flatMap(({ lines }) => lines)),
    showNotice: (text: string) => notices.push(text),
  } as unknown as View
  await new CommandRunner(client as unknown as ObrolClient, view, context()).run('history')
  t.same(notices, ['no messages yet'])
})
