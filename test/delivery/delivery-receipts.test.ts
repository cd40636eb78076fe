import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { DeliveryReceipts } from '../../src/delivery/delivery-receipts.ts'
import type { ReceiptStore } from '../../src/store/receipt-store.ts'

const receiptsTo = (markDelivered: ReceiptStore['markDelivered']) =>
  new DeliveryReceipts({ markDelivered }, () => 'mh4k2c9z')

t.test('receipts of one turn are written together, the highest of each account', async (t) => {
  const written: unknown[] = []
  const receipts = receiptsTo(async (receipts) => void written.push([...receipts]))
  receipts.record(1, 5)
  receipts.record(1, 9)
  receipts.record(1, 7)
  receipts.record(2, 3)
  await receipts.settled()
  t.same(written, [
    [
      { account: 1, id: 9 },
      { account: 2, id: 3 },
    ],
  ])
})

t.test('receipts recorded during a write go with the next one', async (t) => {
  const written: unknown[] = []
  const receipts: DeliveryReceipts = receiptsTo(async (batch) => {
    written.push([...batch])
    if (written.length === 1) receipts.record(1, 6)
  })
  receipts.record(1, 5)
  await receipts.settled()
  await receipts.settled()
  t.same(written, [[{ account: 1, id: 5 }], [{ account: 1, id: 6 }]])
})

t.test('settled does not wait for receipts recorded later', async (t) => {
  const writes: (() => void)[] = []
  const receipts = receiptsTo(() => new Promise((resolve) => writes.push(resolve)))
  receipts.record(1, 5)
  await endOfTurn()
  const first = receipts.settled()
  receipts.record(2, 6)
  const second = receipts.settled()
  for (const settled of [first, second]) {
    writes.shift()?.()
    await settled
    receipts.record(3, 7)
    await endOfTurn()
    t.equal(writes.length, 1, 'the next write is running')
  }
})

t.test('record resolves when the receipt is stored or its write has failed', async (t) => {
  const written: unknown[] = []
  const receipts = receiptsTo(async (batch) => {
    await endOfTurn()
    written.push(...batch)
    if (written.length > 1) throw new Error('away')
  })
  await receipts.record(1, 5)
  t.same(written, [{ account: 1, id: 5 }])
  await t.resolves(Promise.all([receipts.record(2, 6), receipts.record(2, 4)]))
  t.same(written.at(-1), { account: 2, id: 6 })
})

t.test('record resolves even if the receipt is dropped', async (t) => {
  const receipts: DeliveryReceipts = receiptsTo(async () => {
    meanwhile = receipts.record(2, 6)
    throw new Error('away')
  })
  let meanwhile: Promise<void> | undefined
  await receipts.record(1, 5)
  await t.resolves(meanwhile as Promise<void>)
  const dropped = receipts.record(1, 7)
  receipts.diverged()
  await t.resolves(dropped)
})

t.test('a receipt whose write failed goes with the next one', async (t) => {
  const written: unknown[] = []
  let away = true
  const receipts: DeliveryReceipts = receiptsTo(async (batch) => {
    if (away) {
      receipts.record(2, 8)
      throw new Error('away')
    }
    written.push([...batch])
  })
  receipts.record(1, 5)
  receipts.record(2, 4)
  await receipts.settled()
  away = false
  receipts.record(3, 1)
  await receipts.settled()
  t.same(written, [
    [
      { account: 2, id: 8 },
      { account: 1, id: 5 },
      { account: 3, id: 1 },
    ],
  ])
})

t.test('a divergence drops earlier receipts, also those of a failed write', async (t) => {
  const written: unknown[] = []
  let turn = true
  const receipts: DeliveryReceipts = receiptsTo(async (batch) => {
    written.push([...batch])
    if (!turn) return
    turn = false
    receipts.record(1, 9)
    receipts.diverged()
    receipts.record(2, 3)
    throw new Error('away')
  })
  receipts.record(1, 5)
  await receipts.settled()
  receipts.record(3, 1)
  await receipts.settled()
  t.same(written, [
    [{ account: 1, id: 5 }],
    [
      { account: 2, id: 3 },
      { account: 3, id: 1 },
    ],
  ])
})
