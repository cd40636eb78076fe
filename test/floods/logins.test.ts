import t from 'tap'
import { Askers } from './support/askers.ts'
import { address, asking } from './support/bytes.ts'
import { flood } from './support/flood.ts'
import { Person } from './support/person.ts'

const attackers = 100

t.test('wrong and right logins from a hundred addresses', async (t) => {
  let ann: Person
  await flood(t, {
    prepare: async ({ url }) => {
      ann = await Person.register(url, 'ann', '127.0.0.2')
    },
    begin: ({ url }) => {
      const login = (number: number, time: number) => {
        const right = (number + time) % 2 === 0
        const { username } = ann
        const body = JSON.stringify({ username, password: right ? ann.password : 'a-wrong-one' })
        return asking('POST', '/v1/login', { body })
      }
      const askers = new Askers({
        url,
        connections: attackers * 5,
        from: (number) => address(number, attackers),
        request: login,
      })
      return () => askers.end()
    },
  })
})
