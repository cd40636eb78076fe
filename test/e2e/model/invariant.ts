import { inspect } from 'node:util'

/** Throws, in few words, where something does not hold. */
export function invariant(holds: unknown, what: string, seen?: unknown): asserts holds {
  if (holds) return
  throw new Error(
    `${what}: ${inspect(seen, { breakLength: Number.POSITIVE_INFINITY }).slice(0, 300)}`,
  )
}
