import fc from 'fast-check'
import t from 'tap'
import { rest } from './model/checks.ts'
import { commands } from './model/commands.ts'
import { Figures } from './model/figures.ts'
import { Seed } from './model/seed.ts'
import { World } from './model/world.ts'

/**
 * To repeat a failure: OBROL_SEED and OBROL_PATH as its report names them; it is then also cut down
 * to the few commands that it takes, which is left out otherwise for the time it costs.
 */
const { OBROL_FAULTS, OBROL_SEED, OBROL_PATH } = process.env
const full = OBROL_FAULTS === 'full'
const chance = () => Math.floor(Math.random() * 2 ** 31)

/** From these seeds all that can happen does happen, in both graces and with both heartbeats. */
const fixed = [9628].map((seed) => ({ seed, runs: 4 }))
const drawn = Array.from({ length: full ? 12 : 1 }, () => ({ seed: chance(), runs: full ? 4 : 2 }))
const repeated = { seed: Number(OBROL_SEED), runs: 4 }

t.setTimeout(full ? 900_000 : 110_000)

const options = fc.record({
  grace: fc.constantFrom('short', 'long'),
  heartbeats: fc.constantFrom('frequent', 'rare'),
})

t.test('whatever happens, the server does what the model says', async (t) => {
  const ground = await Seed.sow(t)
  for (const { seed, runs } of OBROL_SEED ? [repeated] : [...fixed, ...drawn]) {
    await t.test(`from the random seed ${seed}`, async (t) => {
      const figures = new Figures()
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
        ...(OBROL_SEED ? { interruptAfterTimeLimit: 90_000 } : { endOnFailure: true }),
        ...(OBROL_PATH !== undefined && { path: OBROL_PATH }),
      })
      t.match(figures, { lost: 0, doubled: 0, void: 0, leaked: 0 })
      t.comment(`${figures}`)
    })
  }
})
