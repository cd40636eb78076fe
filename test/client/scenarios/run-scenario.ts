import { ObrolClient } from '../../../src/client/index.ts'
import { calls } from './calls.ts'
import type { Scenario } from './scenario.ts'
import { streams } from './streams.ts'

export const scenarios: Record<string, Scenario> = { ...streams, ...calls }

/** Twice as long as any scenario takes, in ms. */
const hungAfterMs = 60_000

/**
 * Runs a scenario against the faulty server. The name is that of the server's script; the part after
 * a slash distinguishes scenarios of the same script.
 */
export async function runScenario(
  name: string,
  serverUrl: string,
  heap: () => Promise<number>,
): Promise<unknown> {
  const [script = '', run = 'run'] = name.split('/')
  const server = `${serverUrl}${script}/${encodeURIComponent(run)}`
  const { promise: hung, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${name} hangs`)), hungAfterMs)
  const scenario = scenarios[name]
  const context = { client: (options = {}) => new ObrolClient(server, options), heap }
  try {
    return await Promise.race([scenario?.run(context), hung])
  } finally {
    clearTimeout(timer)
  }
}
