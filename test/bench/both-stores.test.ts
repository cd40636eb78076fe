import t from 'tap'
import { onBothStores } from '../../bench/scenarios/both-stores.ts'
import { atMost, figure, ratio } from '../../bench/scenarios/scenario.ts'
import { Audiences, type History, obrolWithHistory } from '../../bench/servers/history.ts'
import { movedToPostgres } from '../../bench/servers/moved-to-postgres.ts'
import { hasPostgres } from '../../bench/servers/nodes.ts'

/** What is measured on SQLite is measured on PostgreSQL too, with the same data. */

const history: History = {
  entries: 3_000,
  seenUpTo: 1_000,
  accounts: 40,
  rooms: 20,
  roomsEach: 5,
  conversations: 40,
  viewer: { rooms: 4, conversations: 7 },
}
const contender = obrolWithHistory('ours', history)

t.test('a scenario on PostgreSQL has twice the time, and the same ratio', async (t) => {
  const scenario = {
    name: 'posts',
    title: 'posts',
    contenders: [contender],
    people: 0,
    measure: async () => ({}),
    goals: [
      atMost(5, 'ms', figure('p50', 'ours')),
      {
        told: '≤ 2 ×',
        value: ratio('p50', 'ours', 'theirs'),
        holds: (value: number) => value <= 2,
      },
    ],
    columns: [
      ['p50', 'ms', 1],
      ['µs a post', 'µs CPU', 1],
    ] as const,
  }
  const [onSqlite, onPostgres] = onBothStores(scenario)
  t.equal(onSqlite, scenario)
  t.equal(onPostgres.name, 'posts-postgres')
  t.match(onPostgres.title, /^posts, on PostgreSQL/)
  t.same(
    onPostgres.contenders.map(({ name }) => name),
    hasPostgres ? ['ours'] : [],
  )
  t.same(
    onPostgres.goals.map(({ told }) => told),
    ['≤ 10 ms', '≤ 2 ×'],
  )
  t.same(
    [10, 10.1].map((value) => onPostgres.goals[0]?.holds(value)),
    [true, false],
  )
  t.same(onPostgres.columns, [
    ['p50', 'ms', 1],
    ['µs a post', 'µs CPU in the node', 1],
    ['µs a post in PostgreSQL', 'µs CPU in PostgreSQL', 1],
  ])
})

t.test('each round on PostgreSQL begins with the data of SQLite', async (t) => {
  if (!hasPostgres) return t.pass('PostgreSQL cannot run here')
  const moved = movedToPostgres(contender)
  const expected = new Audiences(history).newestConversations(5)
  for (const round of [1, 2]) {
    const server = await moved.start(0)
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/conversations?limit=5`, {
      headers: { Authorization: `Bearer ${server.tokens[0]}` },
    })
    const { conversations } = (await response.json()) as { conversations: object[] }
    await server.stop()
    t.match(conversations, expected, `round ${round}`)
  }
})
