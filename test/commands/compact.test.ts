import { copyFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compact } from '../../src/commands/compact.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import * as people from '../store/fixtures.ts'
import { privateFolder } from '../support/private-folder.ts'

const onFatal = (error: Error) => void t.fail(error.message)

t.test('returns the space of deleted messages, and keeps everything else', async (t) => {
  const folder = join(privateFolder(t), 'data')
  const file = join(folder, 'obrol.db')
  const store = await openSqliteStore({ folder, onFatal })
  const key = await store.signingKey()
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessages(
    store,
    Array.from({ length: 500 }, () => people.draft(ann, 'x'.repeat(4_000))),
  )
  const cursor = { id: 500, epoch: (await store.log.bounds()).epoch }
  while ((await store.retention.deleteExpired(Number.MAX_SAFE_INTEGER)).more);
  const size = await store.size()
  t.ok(size && size.bytes > 2_000_000 && size.reusableBytes > 0.9 * size.bytes)
  await t.rejects(compact(folder), { name: 'StartError', message: /is already served/ })
  await store.close()

  const { before, after } = await compact(folder)
  t.equal(before, size?.bytes)
  t.equal(after, statSync(file).size)
  t.ok(after < 250_000, `${after} bytes`)
  t.equal((statSync(file).mode & 0o777).toString(8), '600')
  t.same(readdirSync(folder).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
  const again = await openSqliteStore({ folder, onFatal })
  t.teardown(() => again.close())
  t.same(await again.signingKey(), key)
  t.match(await again.log.bounds(), { oldest: 500, head: 500 })
  t.match(await again.log.resolveCursor(cursor), {
    position: 500,
    reset: { reason: 'new-epoch', from: 500 },
  })
  t.match(await again.sessions.find(ann.id), { account: { username: 'ann' } })
})

t.test('keeps the commits that a killed server has left in the write-ahead log', async (t) => {
  const folder = privateFolder(t, { copy: {} })
  const [running, copy] = [join(folder, 'running'), join(folder, 'copy')]
  const store = await openSqliteStore({ folder: running, onFatal })
  t.teardown(() => store.close())
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessage(store, ann, 'in the write-ahead log')
  for (const name of ['obrol.db', 'obrol.db-wal'])
    copyFileSync(join(running, name), join(copy, name))
  t.not(statSync(join(copy, 'obrol.db-wal')).size, 0)
  await compact(copy)
  t.same(readdirSync(copy).sort(), ['obrol.db', 'obrol.lock'])
  const again = await openSqliteStore({ folder: copy, onFatal })
  t.teardown(() => again.close())
  t.match(await again.log.bounds(), { head: 1 })
})

t.test('refuses a folder without a sound database, and changes nothing', async (t) => {
  const folder = privateFolder(t, { empty: {}, odd: {} })
  await t.rejects(compact(join(folder, 'empty')), { message: /^There is no database in .*empty$/ })
  const odd = join(folder, 'odd')
  writeFileSync(join(odd, 'obrol.db'), 'a file that is long enough to be looked at')
  await t.rejects(compact(odd), {
    name: 'StartError',
    message: /obrol\.db cannot be compacted: file is not a database$/,
  })
  writeFileSync(join(odd, 'obrol.db'), '')
  await t.rejects(compact(odd), { name: 'StartError', message: /is not a database of Obrol$/ })
  t.same(readdirSync(odd).sort(), ['obrol.db', 'obrol.lock'])
})
