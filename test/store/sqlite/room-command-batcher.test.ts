import t from 'tap'
import type { RoomOutcome } from '../../../src/store/room-store.ts'
import {
  type RoomCall,
  RoomCommandBatcher,
} from '../../../src/store/sqlite/rooms/room-command-batcher.ts'
import { OutcomeUnknown, Unavailable } from '../../../src/store/store-errors.ts'
import { deleteRoom } from '../room-commands.ts'

/** The name of the room tells calls and outcomes apart. */
const callOf = (name: string): RoomCall => ({
  session: 1,
  command: deleteRoom(name),
  idempotency: null,
})

function outcomeOf({ command }: RoomCall): RoomOutcome {
  const { room: name } = command as { room: string }
  return { kind: 'done', room: { name }, member: null, replayed: false, joined: false }
}

/** A batcher that records the sizes of its batches, in which some rooms fail. */
function batcherWith(failures: Record<string, Error> = {}, maxQueued = 1_000) {
  const sizes: number[] = []
  const batcher = new RoomCommandBatcher({
    maxQueued,
    run: async (calls) => {
      sizes.push(calls.length)
      for (const { command } of calls) {
        const failure = failures[(command as { room: string }).room]
        if (failure) throw failure
      }
      return calls.map(outcomeOf)
    },
  })
  const execute = async (name: string) => {
    const outcome = await batcher.execute(callOf(name))
    return (outcome as { room: { name: string } }).room.name
  }
  return { execute, sizes }
}

t.test('what comes at once, or during a batch, is one batch', async (t) => {
  const { execute, sizes } = batcherWith()
  const first = execute('a').then(() => Promise.all(['d', 'e'].map(execute)))
  t.same(await Promise.all(['b', 'c'].map(execute)), ['b', 'c'], 'each gets its own outcome')
  t.same(await first, ['d', 'e'])
  t.same(sizes, [3, 2])
  t.equal(await execute('f'), 'f')
  t.same(sizes, [3, 2, 1])
})

t.test('a batch has at most 100 commands', async (t) => {
  const { execute, sizes } = batcherWith()
  const names = Array.from({ length: 250 }, (_, at) => `${at}`)
  t.same(await Promise.all(names.map(execute)), names)
  t.same(sizes, [100, 100, 50])
})

t.test('a command that fails takes no other with it', async (t) => {
  const { execute, sizes } = batcherWith({ b: new Error('broken') })
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(execute))
  t.match([a, c], [{ value: 'a' }, { value: 'c' }])
  t.match(b, { status: 'rejected', reason: { message: 'broken' } })
  t.same(sizes, [3, 1, 1, 1])
})

t.test('where the store fails, all of the batch fail', async (t) => {
  for (const failure of [new Unavailable('full'), new OutcomeUnknown('cut', { final: true })]) {
    const { execute, sizes } = batcherWith({ b: failure })
    const results = await Promise.allSettled(['a', 'b'].map(execute))
    for (const result of results) t.match(result, { reason: failure })
    t.same(sizes, [2], 'it is not tried again')
    t.equal(await execute('c'), 'c', 'later ones are tried')
  }
})

t.test('the queue is bounded', async (t) => {
  const { execute, sizes } = batcherWith({}, 2)
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(execute))
  t.match([a, b], [{ value: 'a' }, { value: 'b' }])
  t.type((c as PromiseRejectedResult).reason, Unavailable)
  t.same(sizes, [2])
})
