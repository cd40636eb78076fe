import t, { type Test } from 'tap'
import { connect } from '../../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { FullyDeliveredAccounts } from '../../../src/store/sqlite/fully-delivered-accounts.ts'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import { WorkerClient } from '../../../src/store/sqlite/worker-client.ts'
import type { Writer } from '../../../src/store/sqlite/writer.ts'
import type { Draft, Session, Store } from '../../../src/store/store.ts'
import { privateFolder } from '../../support/private-folder.ts'

/** A store that is opened again, so that what is there is read ahead. */
async function reopened(t: Test, prepare: (store: Store) => Promise<unknown>) {
  const open = () => openSqliteStore({ folder, onFatal: t.fail })
  const folder = privateFolder(t)
  const before = await open()
  await prepare(before)
  await before.close()
  const store = await open()
  t.teardown(() => store.close())
  return store
}

async function register(store: Store, username: string): Promise<Session> {
  const account = { username, key: username, skeletons: [username], passwordHash: 'x' }
  return (await store.register(account, 3_600_000)) as Session
}

const direct = ({ id }: Session, key: string): Draft => ({
  session: id,
  to: { key, whenOffline: 'keep' },
  text: 'hi',
  idempotency: null,
})

t.test('what waits for a person is found, whether it came before or since', async (t) => {
  const sessions: Session[] = []
  const store = await reopened(t, async (store) => {
    for (const name of ['ann', 'bob', 'cy']) sessions.push(await register(store, name))
    await store.append([direct(sessions[0] as Session, 'bob')], 'before')
  })
  const [ann, bob, cy] = sessions as [Session, Session, Session]
  const waiting = async ({ account }: Session) => {
    const known = store.hasNothingUndelivered?.(account.id)
    const { after, upTo } = known ?? (await store.undelivered(account.id))
    return [after, upTo, known !== undefined]
  }
  t.same(await waiting(bob), [0, 1, false])
  t.same(await waiting(cy), [1, 1, true], 'nothing')
  await store.append([direct(ann, 'cy'), direct(ann, 'bob')], 'since')
  t.same(await waiting(cy), [1, 3, false])
  t.same(await waiting(ann), [3, 3, true], 'what one said oneself does not wait')
  await store.close()
  t.equal(store.hasNothingUndelivered?.(ann.account.id), undefined)
  await t.rejects(store.undelivered(ann.account.id), { name: 'Unavailable' })
  await t.rejects(store.session(ann.id), { name: 'Unavailable' })
  await t.rejects(store.resolveCursor({ id: 3, epoch: null }), { name: 'Unavailable' })
})

t.test('for whom nothing waits is answered without the database', async (t) => {
  const folder = privateFolder(t)
  const { database } = dataFiles(folder)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  const [ann, bob] = [await register(store, 'ann'), await register(store, 'bob')]
  await store.append([direct(ann, 'bob')], 'before')
  await store.close()
  const connection = connect(database, { readonly: true })
  const [head, late] = [1, ann.expiresAt]
  const over = new FullyDeliveredAccounts(connection, late)
  t.equal(over.undelivered(ann.account.id), undefined, 'only who may come back')
  const ahead = new FullyDeliveredAccounts(connection, late - 1)
  connection.close()

  t.match(ahead.undelivered(ann.account.id), { after: head, upTo: head })
  t.equal(ahead.undelivered(bob.account.id), undefined, 'it is asked for')
  const bounds = { epoch: 'mh4k2c9z', oldest: 1, head: 2 }
  const person = { id: 9, username: 'cy' }
  const broadcast = { id: 2, from: person, to: null, text: 'hi', sentAt: 0 }
  const news = { bounds, entries: [broadcast], ended: [], entered: [], left: [] }
  ahead.applyUpdate(news)
  t.same(ahead.undelivered(ann.account.id), { after: 2, upTo: 2, bounds })
  ahead.applyUpdate({ ...news, entries: [{ ...broadcast, id: 3, to: ann.account }] })
  t.equal(ahead.undelivered(ann.account.id), undefined)
})

t.test('a thread’s answer is heard of before it is passed on', async (t) => {
  const order: string[] = []
  const channel: WorkerClient<Writer> = new WorkerClient<Writer>({
    module: new URL('./failing-worker.ts', import.meta.url),
    data: { role: 'writer', file: '', maxPages: undefined },
    onReplies: () => order.push('heard'),
    onFailed: (error) => channel.abandon(error),
  })
  await channel.call('deleteExpired', undefined).catch(() => order.push('passed on'))
  t.same(order, ['heard', 'passed on'])
  await channel.close()
})
