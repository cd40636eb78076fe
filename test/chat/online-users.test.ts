import t from 'tap'
import { OnlineUsers } from '../../src/chat/online-users.ts'

function open() {
  const reported: string[] = []
  const people = new OnlineUsers(({ person, online }) =>
    reported.push(`${online ? '+' : '-'}${person.username}`),
  )
  const add = (session: number, id: number, username: string) =>
    people.add({ session, person: { id, username }, since: 1000 + session })
  return { people, reported, add }
}

t.test('a person is online as long as one of their sessions, since the first', async (t) => {
  const { people, reported, add } = open()
  add(12, 1, 'ann')
  add(11, 1, 'ann')
  people.remove(12)
  t.same(people.page({ limit: 9 }).users, [{ username: 'ann', since: 1011 }])
  people.remove(11)
  people.remove(11)
  t.same(reported, ['+ann', '-ann'])
})

t.test('a session id that was given out again belongs to the new person', async (t) => {
  const { people, reported, add } = open()
  add(11, 1, 'ann')
  add(11, 2, 'bob')
  t.same(people.names(), ['bob'])
  t.same(reported, ['+ann', '-ann', '+bob'])
  t.same(people.sessions(), [11])
})

t.test('an account id that was given out again has the new name', async (t) => {
  const { people, reported, add } = open()
  add(11, 1, 'ann')
  add(12, 1, 'ann')
  add(13, 1, 'bob')
  t.same(people.names(), ['bob'])
  t.same(reported, ['+ann', '-ann', '+bob'])
  t.notOk(people.has(11) || people.has(12))
})

t.test('the list is in order after any changes', async (t) => {
  const { people, add } = open()
  for (const [id, name] of ['dan', 'bob', 'fay', 'ann'].entries()) add(id, id, name)
  t.same(people.names(), ['ann', 'bob', 'dan', 'fay'])
  people.remove(1)
  t.same(people.page({ limit: 9 }).users.length, 3, 'after one left')
  add(8, 8, 'cy')
  people.remove(8)
  t.same(people.names(), ['ann', 'dan', 'fay'], 'after one came and left in between')
  people.remove(0)
  add(10, 0, 'dan')
  add(11, 1, 'bob')
  add(12, 5, 'eve')
  add(13, 6, 'gus')
  t.same(people.names(), ['ann', 'bob', 'dan', 'eve', 'fay', 'gus'])
  t.same(people.page({ after: 'bob', limit: 2 }), {
    users: [
      { username: 'dan', since: 1010 },
      { username: 'eve', since: 1012 },
    ],
    count: 6,
    more: true,
  })
})

t.test('the list is right after thousands of changes that nobody read', async (t) => {
  const { people, reported, add } = open()
  add(1, 1, 'bob')
  for (let nth = 0; nth < 3_000; nth++) {
    add(2, 2, 'ann')
    people.remove(2)
  }
  add(2, 2, 'ann')
  t.equal(reported.length, 6_002)
  t.same(people.names(), ['ann', 'bob'])
})

t.test('names from before 0.2 that share a key are listed one after the other', async (t) => {
  const { people, add } = open()
  for (const [id, name] of ['Νίκος', 'ρω', 'ΝΊΚΟΣ', 'αβ'].entries()) add(id, id, name)
  const pages: string[] = []
  let after: string | undefined
  for (;;) {
    const page = people.page({ ...(after !== undefined && { after }), limit: 1 })
    after = page.users[0]?.username as string
    pages.push(after)
    if (!page.more) break
  }
  t.same(pages, ['αβ', 'ΝΊΚΟΣ', 'Νίκος', 'ρω'])
  t.same(
    people.page({ after: 'νίκοσ', limit: 9 }).users.map(({ username }) => username),
    ['ρω'],
    'a name in another case means both',
  )
})
