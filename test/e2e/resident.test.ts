import t from 'tap'
import { imageStart, npmStart, unitStart } from '../support/documented-starts.ts'
import { ServerProcess } from '../support/server-process.ts'

/** As many as the figure is promised for, or as many as show whether what a hash takes is kept. */
const logins = process.env.OBROL_FLOODS === 'full' ? 200 : 20
const mostMb = 20

// What is resident is read where Linux tells it, and its C library is what keeps memory.
if (process.platform === 'linux') {
  for (const start of [npmStart(), imageStart(), unitStart()])
    t.test(`${start.name}: what ${logins} logins took is given back`, async (t) => {
      const server = await ServerProcess.start(t, start)
      const ann = { username: 'ann', password: 'tall-ships' }
      await server.call('/healthz')
      const before = server.residentMb
      t.equal((await server.call('/v1/register', ann)).status, 201)
      for (let at = 0; at < logins; at += 2) {
        const pair = await Promise.all([1, 2].map(() => server.call('/v1/login', ann)))
        for (const { status } of pair) if (status !== 200) t.fail(`a login: ${status}`)
      }
      const after = server.residentMb
      t.comment(
        `${start.name}: ${before.toFixed()} MB, after ${logins} logins ${after.toFixed()} MB`,
      )
      t.ok(after - before <= mostMb, `${(after - before).toFixed(1)} MB more`)
    })
}
