import type { Session } from '../../src/store/session-store.ts'
import type { Store } from '../../src/store/store.ts'
import { personNamed } from '../support/large-database.ts'
import { draft, hour, newAccount, newBatchId } from './fixtures.ts'

/**
 * Makes every kind of call that a server makes, on a large database.
 *
 * @param round a number for each run, as names must be new
 */
export async function everyCall(store: Store, round: number): Promise<void> {
  const ann = await aliveOne(store, 'ann', round)
  const bob = await aliveOne(store, 'bob', round)
  const { epoch, head, oldest } = await store.log.bounds()
  const [viewer, other] = [ann.account.id, 1]
  await store.presence.change({ enter: [ann, bob], leave: [] })
  await store.presence.list()
  const key = `key of ${round}`
  await store.log.append(
    [
      draft(ann, 'to everyone'),
      draft(ann, 'once', { key }),
      draft(ann, 'kept', { to: personNamed(99) }),
      draft(ann, 'there', { to: personNamed(1), whenOffline: 'reject' }),
      draft(ann, 'away', { to: personNamed(199), whenOffline: 'reject' }),
      draft(bob, 'to nobody', { to: 'nobody' }),
    ],
    newBatchId(),
  )
  const again = newBatchId()
  await store.log.append([draft(ann, 'once', { key })], again)
  await store.log.append([draft(ann, 'once', { key })], again)
  await store.log.findByIdempotencyKey(viewer, key)
  await store.accounts.credentials(personNamed(round))
  await store.sessions.find(ann.id)
  await store.sessions.newest(100)
  for (const after of [0, Math.floor((oldest + head) / 2), head - 10]) {
    await store.log.read(after, viewer)
    await store.receipts.readUndelivered(after, head, other)
    await store.log.resolveCursor({ id: after, epoch })
  }
  await store.log.resolveCursor({ id: 1, epoch: '00000000' })
  await store.receipts.undelivered(other)
  await store.receipts.markDelivered(
    [
      { account: other, id: head },
      { account: viewer, id: head },
    ],
    epoch,
  )
  for (const limit of [50, 200]) {
    for (const range of [{}, { after: 0 }, { after: head - 500 }, { before: head - 500 }]) {
      await store.log.page(other, { ...range, limit })
      await store.log.page(other, { ...range, limit, withAccount: 2 })
    }
  }
  await store.log.message(head, viewer)
  const windowMs = hour
  await store.counters?.increment(`address of ${round}`, { limit: 2, windowMs })
  await store.counters?.decrement(`address of ${round}`)
  await store.signingKey()
  await store.ping()
  await store.presence.change({ enter: [], leave: [bob.id] })
  await store.sessions.end(bob.id)
  await store.retention.deleteExpired(Date.now() - 29 * 24 * hour)
}

async function aliveOne(store: Store, name: string, round: number): Promise<Session> {
  const made = await store.accounts.register(newAccount(`${name}${round}`), hour)
  if (made === 'taken') throw new Error('the name is taken')
  return store.sessions.open(made.account.id, hour)
}
