import fc from 'fast-check'
import type { Test } from 'tap'
import { rest } from './checks.ts'
import { commands } from './commands.ts'
import type { ModelFixture } from './fixture.ts'
import { Statistics } from './statistics.ts'
import { World } from './world.ts'

export interface ModelSuite {
  name: string
  createFixture: (t: Test) => Promise<ModelFixture>
  /** Random seeds that are run each time, each for 4 runs. */
  fixed: readonly number[]
  /** How many are drawn beside these. */
  drawn: number
  /** How many runs for each of those. */
  runs: number
}

/** To repeat a failure: OBROL_SEED and OBROL_PATH as its report names them. */
const { OBROL_SEED, OBROL_PATH } = process.env

/** So long a failure is cut down to the few commands that it takes. */
const shrinkingMs = 80_000
const chance = () => Math.floor(Math.random() * 2 ** 31)

const options = fc.record({
  grace: fc.constantFrom('short', 'long'),
  heartbeats: fc.constantFrom('frequent', 'rare'),
})

/** Random rooms are held against the model. */
export function modelSuite(t: Test, suite: ModelSuite): Promise<unknown> {
  const { name, createFixture, fixed, drawn, runs } = suite
  const seeds = [
    ...fixed.map((seed) => ({ seed, runs: 4 })),
    ...Array.from({ length: drawn }, () => ({ seed: chance(), runs })),
  ]
  const repeated = { seed: Number(OBROL_SEED), runs: 4 }
  return t.test(name, async (t) => {
    const ground = await createFixture(t)
    const all = new Statistics()
    for (const { seed, runs } of OBROL_SEED ? [repeated] : seeds) {
      await t.test(`from the random seed ${seed}`, async (t) => {
        const figures = new Statistics()
        const property = fc.asyncProperty(options, commands, async (options, commands) => {
          const world = await World.open(ground, options, figures)
          try {
            await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
            await rest(world)
          } finally {
            await world.close()
          }
        })
        await fc.assert(property, {
          seed,
          numRuns: runs,
          interruptAfterTimeLimit: shrinkingMs,
          ...(OBROL_PATH !== undefined && { path: OBROL_PATH }),
        })
        t.comment(`${figures}`)
        all.add(figures)
      })
    }
    if (!OBROL_SEED) t.same(all.missing(), [], 'all that can happen did happen')
  })
}
