/** Resolves with the first of the promises that does, or after `ms`. */
export async function withTimeout(ms: number, ...promises: Promise<unknown>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, ...promises])
  clearTimeout(timer)
}
