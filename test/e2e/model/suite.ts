import fc from 'fast-check'
import type { Test } from 'tap'
import { rest } from './checks.ts'
import { commands } from './commands.ts'
import type { ModelFixture } from './fixture.ts'
import { Statistics } from './statistics.ts'
import { tour } from './tour.ts'
import { World, type WorldOptions } from './world.ts'

export interface ModelSuite {
  name: string
  createFixture: (t: Test) => Promise<ModelFixture>
  /** How many random histories. */
  runs: number
}

/** To repeat a failure: OBROL_SEED and OBROL_PATH as its report names them. */
const { OBROL_SEED, OBROL_PATH, OBROL_FAULTS } = process.env

/** From its start on: a failure is cut down to the few commands that it takes until then. */
const limitMs = OBROL_FAULTS === 'full' ? 300_000 : 85_000

const options = fc.record({
  grace: fc.constantFrom('short', 'long'),
  heartbeats: fc.constantFrom('frequent', 'rare'),
})

/** Random histories are held against the model. */
export function modelSuite(t: Test, { name, createFixture, runs }: ModelSuite): Promise<unknown> {
  const seed = OBROL_SEED ? Number(OBROL_SEED) : Math.floor(Math.random() * 2 ** 31)
  return t.test(`${name}, from the random seed ${seed}`, async (t) => {
    const ground = await createFixture(t)
    const figures = new Statistics()
    const inWorld = async (options: WorldOptions, happens: (world: World) => Promise<void>) => {
      const world = await World.open(ground, options, figures)
      try {
        await happens(world)
      } catch (error) {
        throw new Error(`${error}\nafter\n${world.history.slice(-300).join('\n')}`, {
          cause: error,
        })
      } finally {
        await world.close()
      }
    }
    if (!OBROL_SEED) await inWorld({ grace: 'long', heartbeats: 'rare' }, tour)
    const property = fc.asyncProperty(options, commands, (options, commands) =>
      inWorld(options, async (world) => {
        await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
        await rest(world)
      }),
    )
    const outcome = await fc.check(property, {
      seed,
      numRuns: runs,
      interruptAfterTimeLimit: limitMs,
      includeErrorInReport: true,
      ...(OBROL_PATH !== undefined && { path: OBROL_PATH }),
    })
    // As a comment its lines stay lines.
    if (outcome.failed) t.comment(await fc.asyncDefaultReportMessage(outcome))
    t.notOk(outcome.failed, 'the server does what the model says')
    t.comment(`${figures}`)
    if (!OBROL_SEED && !outcome.failed)
      t.same(figures.missing(), [], 'all that can happen did happen')
  })
}
