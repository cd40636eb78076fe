import t, { type Test } from 'tap'
import type { Draft, MessageEntry } from '../../../src/store/message-log.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { connect } from '../../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { FullyDeliveredAccounts } from '../../../src/store/sqlite/fully-delivered-accounts.ts'
import { noEvents } from '../../../src/store/sqlite/no-events.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { WorkerClient } from '../../../src/store/sqlite/worker-client.ts'
import type { Writer } from '../../../src/store/sqlite/writer.ts'
import type { Store } from '../../../src/store/store.ts'
import { privateFolder } from '../../support/private-folder.ts'

/** A store that is opened again, as accounts are read when it opens. */
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
  return (await store.accounts.register(account, 3_600_000)) as Session
}

const direct = ({ id }: Session, key: string): Draft => ({
  session: id,
  to: { type: 'direct', key, whenOffline: 'keep' },
  text: 'hi',
  idempotency: null,
})

t.test('finds undelivered messages from before and after the store opened', async (t) => {
  const sessions: Session[] = []
  const store = await reopened(t, async (store) => {
    for (const name of ['ann', 'bob', 'cy']) sessions.push(await register(store, name))
    await store.log.append([direct(sessions[0] as Session, 'bob')], 'before')
  })
  const [ann, bob, cy] = sessions as [Session, Session, Session]
  const undelivered = async ({ account }: Session) => {
    const { after, upTo } = await store.receipts.undelivered(account.id)
    return [after, upTo]
  }
  t.same(await undelivered(bob), [0, 1])
  t.same(await undelivered(cy), [1, 1], 'none')
  await store.log.append([direct(ann, 'cy'), direct(ann, 'bob')], 'since')
  t.same(await undelivered(cy), [1, 3])
  t.same(await undelivered(ann), [3, 3], 'own messages do not count')
  await store.close()
  await t.rejects(store.receipts.undelivered(ann.account.id), { name: 'Unavailable' })
  await t.rejects(store.sessions.find(ann.id), { name: 'Unavailable' })
  await t.rejects(store.log.resolveCursor({ id: 3, epoch: null }), { name: 'Unavailable' })
})

t.test('answers for fully delivered accounts without the database', async (t) => {
  const folder = privateFolder(t)
  const { database } = dataFiles(folder)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  const [ann, bob] = [await register(store, 'ann'), await register(store, 'bob')]
  await store.log.append([direct(ann, 'bob')], 'before')
  await store.close()
  const connection = connect(database, { readonly: true })
  const { expiresAt } = ann
  const late = new FullyDeliveredAccounts(connection, expiresAt)
  t.equal(late.undelivered(ann.account.id), undefined, 'only accounts with a session')
  const known = new FullyDeliveredAccounts(connection, expiresAt - 1)
  connection.close()

  t.match(known.undelivered(ann.account.id), { after: 1, upTo: 1 })
  t.equal(known.undelivered(bob.account.id), undefined, 'it has an undelivered message')
  const bounds = { epoch: 'mh4k2c9z', oldest: 1, head: 2 }
  const person = { id: 9, username: 'cy' }
  const broadcast: MessageEntry = {
    kind: 'message',
    id: 2,
    from: person,
    to: null,
    room: null,
    text: 'hi',
    sentAt: 0,
  }
  const update = { ...noEvents, bounds, entries: [broadcast] }
  known.applyUpdate(update)
  t.same(known.undelivered(ann.account.id), { after: 2, upTo: 2, bounds })
  known.applyUpdate({ ...update, entries: [{ ...broadcast, id: 3, to: ann.account }] })
  t.equal(known.undelivered(ann.account.id), undefined)
})

t.test('onReplies is called before the promises of calls settle', async (t) => {
  const order: string[] = []
  const client: WorkerClient<Writer> = new WorkerClient<Writer>({
    module: new URL('./failing-worker.ts', import.meta.url),
    data: { role: 'writer', file: '', maxPages: undefined },
    onReplies: () => order.push('onReplies'),
    onFailed: (error) => client.abandon(error),
  })
  await client.call('deleteExpired', undefined).catch(() => order.push('settled'))
  t.same(order, ['onReplies', 'settled'])
  await client.close()
})
