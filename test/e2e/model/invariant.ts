import { inspect } from 'node:util'

/** Throws, in few words, where something does not hold. */
export function invariant(holds: unknown, what: string, seen?: unknown): asserts holds {
  if (holds) return
  throw new Error(
    `${what}: ${inspect(seen, { breakLength: Number.POSITIVE_INFINITY, depth: 8, maxStringLength: 100 }).slice(0, 1000)}`,
  )
}
