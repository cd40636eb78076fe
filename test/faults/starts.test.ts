import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { within } from './support/deadline.ts'
import { CommandProcess, type Ending, type ProcessOptions } from './support/process.ts'
import { openSite } from './support/site.ts'

/** Tries a start that is to be refused; resolves with how it ended. */
async function refused(t: Test, options: ProcessOptions, line: RegExp): Promise<Ending> {
  // As a person starts it: nothing is compiled beforehand.
  const env = { ...options.env, NODE_DISABLE_COMPILE_CACHE: '1' }
  const attempt = new CommandProcess({ ...options, env })
  t.teardown(() => attempt.end('SIGKILL'))
  const ending = await within(10_000, 'a start to be refused', attempt.exited)
  t.equal(ending.code, 1)
  t.match(ending.stderr, line)
  t.match(ending.stderr, /^obrol: [^\n]+\n$/, 'in one line')
  t.equal(ending.stdout, '', 'and nothing else')
  return ending
}

t.test('a folder is served by one process, until that dies', async (t) => {
  const site = await openSite(t)
  const times: string[] = []
  let quick = false
  // The quickest of a few, and no more than a few times what Node takes for nothing at all just
  // then: others use the machine too.
  while (times.length < 3 && !quick) {
    const { ms } = await refused(t, { folder: site.folder }, /is already served by another process/)
    const { ms: empty } = await new CommandProcess({ folder: site.folder, args: ['-e', ''] }).exited
    quick = ms < Math.max(1_000, 8 * empty)
    times.push(`${ms} ms (nothing at all: ${empty} ms)`)
  }
  t.comment(`a second server ended after ${times.join(', ')}`)
  t.ok(quick, 'within a second')
  t.equal((await site.call('GET', '/readyz')).status, 200, 'the first was not disturbed')
  await site.stop('SIGKILL')
  await site.start()
  t.equal((await site.call('GET', '/readyz')).status, 200)
})

t.test('a port that is taken is told in one line, and the folder is free again', async (t) => {
  const folder = await temporaryFolder(t)
  const taken = createServer()
  t.teardown(() => taken.close())
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  const { ms } = await refused(
    t,
    { folder, env: { PORT: `${port}` } },
    new RegExp(`cannot listen on 127.0.0.1 port ${port}: .*EADDRINUSE`),
  )
  t.comment(`ended after ${ms} ms`)
  const site = await openSite(t, { folder })
  t.equal((await site.call('GET', '/readyz')).status, 200)
})

t.test('a wrong setting is told in one line, before anything is made', async (t) => {
  const folder = join(await temporaryFolder(t), 'data')
  await refused(t, { folder, env: { PORT: 'eighty' } }, /PORT is "eighty"; it must be a whole/)
  await refused(t, { folder, env: { JWT_SECRET: 'short' } }, /JWT_SECRET has a wrong value/)
  t.notOk(existsSync(folder))
})
