import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import type { Room } from '../../support/room.ts'
import { words } from '../support/books.ts'
import { type Answer, call, type Person } from '../support/caller.ts'
import { full } from '../support/deadline.ts'
import type { LogEntry } from '../support/log-entry.ts'
import { openInProcessNodes, runConcurrently } from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const times = full ? 1_000 : 30
/** How many calls of the person are on their way at once. */
const lanes = 12
/** Each has a room of its own, where this happens time after time. */
const names = ['bob', 'cid', 'dan', 'eve'] as const
t.setTimeout(full ? 300_000 : 60_000)

type Call = (method: string, path: string, body?: object) => Promise<Answer>

interface Ending {
  /** What the person is before. */
  role: 'member' | 'moderator'
  /** Ends that. */
  end: (ann: Call, room: string, name: string) => Promise<Answer>
  /** What the person does all the while. */
  act: (person: Call, room: string, number: number) => Promise<Answer>
  /** The entries of that in the log. */
  kind: LogEntry['kind']
}

const post: Ending['act'] = (person, room, number) =>
  person('POST', `${room}/messages`, { text: `message ${number}` })

const endings: Record<string, Ending> = {
  'a ban': {
    role: 'member',
    end: (ann, room, name) => ann('PUT', `${room}/bans/${name}`),
    act: post,
    kind: 'message',
  },
  'a removal': {
    role: 'member',
    end: (ann, room, name) => ann('DELETE', `${room}/members/${name}`),
    act: post,
    kind: 'message',
  },
  'a lowered role': {
    role: 'moderator',
    end: (ann, room, name) => ann('PUT', `${room}/members/${name}`, { role: 'member' }),
    act: (person, room, number) => person('PATCH', room, { topic: `topic ${number}` }),
    kind: 'room-updated',
  },
}

if (postgresRuns) {
  t.test(
    'after a ban, a removal or a lowered role on one node, none is accepted on another',
    async (t) => {
      const { databaseUrl, nodes, people } = await openInProcessNodes(t, ['ann', ...names], {
        settings: { roomsCreatedPerDay: 0, addsPerHour: 0 },
      })
      const [here, there] = nodes.servers as [Room, Room]
      const [owner, ...others] = people
      const ann = callerAt(here, owner)
      const periods: { name: string; kind: string; from: number; to: number }[] = []
      const figures = { times, 'done before': 0, 'refused after': 0 }

      await runConcurrently(names.length, others, async (person) => {
        const name = person.username
        const room = `/v1/rooms/of-${name}`
        const them = callerAt(there, person)
        await ann('POST', '/v1/rooms', { name: `of-${name}`, access: 'private' })
        for (let time = 0; time < times / names.length; time++) {
          const { role, end, act, kind } = Object.values(endings)[time % 3] as Ending
          await ann('DELETE', `${room}/bans/${name}`)
          await ann('PUT', `${room}/members/${name}`, { role })
          await ann('PUT', `${room}/members/${name}`, { role })
          let done = 0
          const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
          const acting = Array.from({ length: lanes }, async (_, lane) => {
            for (let number = time * 1_000_000 + lane; ; number += lanes) {
              const { status } = await act(them, room, number)
              if (status >= 300) return status
              if (++done === lanes) begin()
            }
          })
          await begun
          const ended = await end(ann, room, name)
          if (ended.status >= 300) t.fail(`${kind}: ${ended.status}`)
          const from = await headAt(here, owner)
          const refusals = await Promise.all(acting)
          const odd = refusals.filter((status) => status !== 403 && status !== 404)
          if (odd.length > 0) t.fail(`answered ${odd}`)
          figures['done before'] += done
          figures['refused after'] += refusals.length
          periods.push({ name, kind, from, to: await headAt(here, owner) })
        }
      })

      const log = await readLog(databaseUrl)
      const accepted = periods.flatMap(({ name, kind, from, to }) =>
        log.slice(from, to).filter((entry) => entry.kind === kind && entry.from === name),
      )
      t.same(
        accepted,
        [],
        'nothing of theirs has an id past the head that was read after the answer',
      )
      t.ok(periods.length >= times)
      t.comment(words({ ...figures, accepted: accepted.length }))
    },
  )
}

function callerAt({ url }: Room, person: Person): Call {
  return (method, path, body) => call(url, method, path, { person, body })
}

async function headAt({ url }: Room, person: Person): Promise<number> {
  const { body } = await call(url, 'GET', '/v1/messages?limit=1', { person })
  return Number.parseInt(body.cursor, 10)
}
