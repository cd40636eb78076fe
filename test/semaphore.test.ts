import t from 'tap'
import { Semaphore } from '../src/semaphore.ts'

t.test('a few tasks run at once and the rest in turn, also after a failure', async (t) => {
  const semaphore = new Semaphore(2)
  const begun: number[] = []
  const finish: (() => void)[] = []
  const work = (id: number) =>
    semaphore.run(async () => {
      begun.push(id)
      await new Promise<void>((resolve) => {
        finish[id] = resolve
      })
      if (id === 0) throw new Error('no luck')
      return id
    })
  const all = Promise.allSettled([0, 1, 2, 3].map(work))
  await undefined
  t.same(begun, [0, 1])
  for (const id of [0, 1, 2, 3]) {
    while (!finish[id]) await undefined
    finish[id]()
  }
  const settled = await all
  t.same(begun, [0, 1, 2, 3])
  t.same(
    settled.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
  t.equal(await semaphore.run(async () => 'free again'), 'free again')
})
