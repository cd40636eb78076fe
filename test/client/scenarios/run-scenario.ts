import { ObrolClient } from '../../../src/client/index.ts'
import { calls } from './calls.ts'
import type { Scenario } from './scenario.ts'
import { streams } from './streams.ts'

export const scenarios: Record<string, Scenario> = { ...streams, ...calls }

/** No scenario takes half as long, in ms. */
const hungAfterMs = 60_000

/**
 * Plays a scenario against a liar. Its name is that of the script; what follows a slash in it tells
 * it from others of the same script.
 */
export async function runScenario(
  name: string,
  liar: string,
  heap: () => Promise<number>,
): Promise<unknown> {
  const [script = '', run = 'run'] = name.split('/')
  const server = `${liar}${script}/${encodeURIComponent(run)}`
  const { promise: hung, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${name} hangs`)), hungAfterMs)
  const scenario = scenarios[name]
  const stage = { client: (options = {}) => new ObrolClient(server, options), heap }
  try {
    return await Promise.race([scenario?.run(stage), hung])
  } finally {
    clearTimeout(timer)
  }
}
