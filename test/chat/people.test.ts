import t from 'tap'
import { People } from '../../src/chat/people.ts'

function open() {
  const told: string[] = []
  const people = new People(({ person, online }) =>
    told.push(`${online ? '+' : '-'}${person.username}`),
  )
  const add = (session: number, id: number, username: string) =>
    people.add({ session, person: { id, username }, since: 1000 + session })
  return { people, told, add }
}

t.test('a person is there as long as one of their sessions is, since the first', async (t) => {
  const { people, told, add } = open()
  add(12, 1, 'ann')
  add(11, 1, 'ann')
  people.remove(12)
  t.same(people.page({ limit: 9 }).people, [{ username: 'ann', since: 1011 }])
  people.remove(11)
  people.remove(11)
  t.same(told, ['+ann', '-ann'])
})

t.test('a session whose id was given out again is the other person’s', async (t) => {
  const { people, told, add } = open()
  add(11, 1, 'ann')
  add(11, 2, 'bob')
  t.same(people.names(), ['bob'])
  t.same(told, ['+ann', '-ann', '+bob'])
  t.same(people.sessions(), [11])
})

t.test('an account whose id was given out again goes by its new name', async (t) => {
  const { people, told, add } = open()
  add(11, 1, 'ann')
  add(12, 1, 'ann')
  add(13, 1, 'bob')
  t.same(people.names(), ['bob'])
  t.same(told, ['+ann', '-ann', '+bob'])
  t.notOk(people.has(11) || people.has(12))
})
