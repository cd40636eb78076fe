import { calls } from './calls.ts'
import type { Script } from './faulty-server.ts'
import { streams } from './streams.ts'

/** What the liar can play; each call makes a run of its own. */
export const scripts: Record<string, () => Script> = { ...streams, ...calls }
