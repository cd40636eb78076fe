import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Prepares V8 for a long run, once the server has started. Not before: after a change of V8's flags,
 * modules of Node that are still to be loaded are compiled anew (docs/design/memory.md).
 */
export function prepareForLongRun(): void {
  // Functions get their best code after 1,000 calls, not 3,000: thousands of streams come back within
  // seconds of a start.
  setFlagsFromString('--invocation-count-for-turbofan=1000')
  // What many calls have left behind is not allocated where it lives long: guessed wrong, it keeps alive
  // all that it refers to.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // The old generation is marked once 70 % of its room are used. V8 begins when the room left is smaller
  // than a young generation: with so small a heap, every 2 MB, which cost a busy server a sixth of its time.
  setFlagsFromString('--incremental-marking-soft-trigger=30')
  freeStartMemory()
}

/** Frees what only the start needed, an eighth of the memory, in some 50 ms. */
function freeStartMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: NodeJS.GCFunction = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
