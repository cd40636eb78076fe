import { connect, type Socket } from 'node:net'
import t from 'tap'
import { Askers } from './support/askers.ts'
import { address, asking } from './support/bytes.ts'
import { flood } from './support/flood.ts'
import { Person } from './support/person.ts'

/** Some users, each with an address of their own. */
async function people(url: string, count: number): Promise<Person[]> {
  const all: Person[] = []
  for (let at = 0; at < count; at++)
    all.push(await Person.register(url, `person${at}`, address(at, count)))
  return all
}

t.test('streams that open and close as fast as possible', async (t) => {
  let crowd: Person[] = []
  await flood(t, {
    prepare: async ({ url }) => {
      crowd = await people(url, 20)
    },
    begin: ({ url }) => {
      const { hostname: host, port } = new URL(url)
      const sockets = new Set<Socket>()
      let [opened, stopped] = [0, false]
      const open = (number: number) => {
        if (stopped) return
        const { token } = crowd[number % crowd.length] as Person
        const localAddress = address(number, crowd.length)
        const socket = connect({ host, port: Number(port), localAddress })
        sockets.add(socket)
        socket.on('connect', () => socket.write(asking('GET', '/v1/events', { token })))
        socket.on('error', () => {})
        socket.once('data', () => {
          opened++
          socket.destroy()
        })
        socket.on('close', () => {
          sockets.delete(socket)
          setTimeout(() => open(number), 5)
        })
      }
      for (let number = 0; number < 100; number++) open(number)
      return () => {
        stopped = true
        for (const socket of sockets) socket.destroy()
        return { opened }
      }
    },
  })
})

t.test('one message posted again and again with its key', async (t) => {
  let ann: Person
  await flood(t, {
    prepare: async ({ url }) => {
      ann = await Person.register(url, 'ann', '127.0.0.2')
    },
    begin: ({ url }) => {
      const post = asking('POST', '/v1/messages/broadcast', {
        body: '{"text":"again"}',
        token: ann.token,
        lines: ['Idempotency-Key: again'],
      })
      const from = (number: number) => address(number, 10)
      const askers = new Askers({ url, connections: 50, from, request: () => post })
      return () => askers.end()
    },
  })
})
