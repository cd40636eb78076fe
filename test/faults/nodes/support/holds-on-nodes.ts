import { holds } from '../../support/books.ts'

/** Within this, in ms, the other nodes have forgotten a message that was deleted on one. */
const deletionMs = 1_000

/** `holds` of several nodes. */
export const holdsOnNodes: typeof holds = (t, log, loads, chains, aside, options) =>
  holds(t, log, loads, chains, aside, { deletionMs, ...options })
