import type { Session, Store } from '../../src/store/store.ts'
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
  const { epoch, head, oldest } = await store.bounds()
  const [viewer, other] = [ann.account.id, 1]
  await store.changePresence({ enter: [ann, bob], leave: [] })
  await store.presentSessions()
  const key = `key of ${round}`
  await store.append(
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
  await store.append([draft(ann, 'once', { key })], again)
  await store.append([draft(ann, 'once', { key })], again)
  await store.findByIdempotencyKey(viewer, key)
  await store.credentials(personNamed(round))
  await store.session(ann.id)
  await store.newestSessions(100)
  for (const after of [0, Math.floor((oldest + head) / 2), head - 10]) {
    await store.read(after, viewer)
    await store.readUndelivered(after, head, other)
    await store.resolveCursor({ id: after, epoch })
  }
  await store.resolveCursor({ id: 1, epoch: '00000000' })
  await store.undelivered(other)
  await store.markDelivered(
    [
      { account: other, id: head },
      { account: viewer, id: head },
    ],
    epoch,
  )
  for (const limit of [50, 200]) {
    for (const range of [{}, { after: 0 }, { after: head - 500 }, { before: head - 500 }]) {
      await store.page(other, { ...range, limit })
      await store.page(other, { ...range, limit, withAccount: 2 })
    }
  }
  await store.entry(head, viewer)
  const windowMs = hour
  await store.counts?.increment(`address of ${round}`, { limit: 2, windowMs })
  await store.counts?.decrement(`address of ${round}`)
  await store.signingKey()
  await store.ping()
  await store.changePresence({ enter: [], leave: [bob.id] })
  await store.endSession(bob.id)
  await store.deleteExpired(Date.now() - 29 * 24 * hour)
}

async function aliveOne(store: Store, name: string, round: number): Promise<Session> {
  const made = await store.register(newAccount(`${name}${round}`), hour)
  if (made === 'taken') throw new Error('the name is taken')
  return store.openSession(made.account.id, hour)
}
