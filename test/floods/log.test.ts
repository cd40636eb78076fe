import t from 'tap'
import { Askers } from './support/askers.ts'
import { address, asking } from './support/bytes.ts'
import { flood } from './support/flood.ts'

t.test('unknown paths, while nobody reads the log', async (t) => {
  await flood(t, {
    begin: (server) => {
      server.stallLog()
      const path = `/${'nothing'.repeat(25)}`
      const askers = new Askers({
        url: server.url,
        connections: 100,
        from: (number) => address(number, 100),
        request: (number, time) => asking('GET', `${path}/${number}/${time}`),
      })
      return () => askers.end()
    },
  })
})
