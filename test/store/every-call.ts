import type { Session, Store } from '../../src/store/store.ts'
import { personNamed } from '../support/grown.ts'
import { draft, hour, newAccount, ticket } from './people.ts'

/**
 * All that a server asks of its store, on a grown database.
 *
 * @param round tells one time from another
 */
export async function everyCall(store: Store, round: number): Promise<void> {
  const ann = await aliveOne(store, 'ann', round)
  const bob = await aliveOne(store, 'bob', round)
  const { epoch, head, oldest } = await store.extent()
  const [viewer, other] = [ann.account.id, 1]
  await store.changePresence({ enter: [ann, bob], leave: [] })
  await store.present()
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
    ticket(),
  )
  const again = ticket()
  await store.append([draft(ann, 'once', { key })], again)
  await store.append([draft(ann, 'once', { key })], again)
  await store.keyed(viewer, key)
  await store.credentials(personNamed(round))
  await store.session(ann.id)
  await store.newestSessions(100)
  for (const after of [0, Math.floor((oldest + head) / 2), head - 10]) {
    await store.read(after, viewer)
    await store.readKept(after, head, other)
    await store.place({ id: after, epoch })
  }
  await store.place({ id: 1, epoch: '00000000' })
  await store.unreached(other)
  await store.markReached(
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
  await store.counts?.add(`address of ${round}`, { limit: 2, windowMs })
  await store.counts?.takeBack(`address of ${round}`)
  await store.signingKey()
  await store.ping()
  await store.changePresence({ enter: [], leave: [bob.id] })
  await store.endSession(bob.id)
  await store.sweep(Date.now() - 29 * 24 * hour)
}

async function aliveOne(store: Store, name: string, round: number): Promise<Session> {
  const made = await store.register(newAccount(`${name}${round}`), hour)
  if (made === 'taken') throw new Error('nobody has it')
  return store.openSession(made.account.id, hour)
}
