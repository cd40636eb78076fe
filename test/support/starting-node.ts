import { fileURLToPath } from 'node:url'

/** The compiled modules of one start serve the next: a start is most of what these tests wait for. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/faults', import.meta.url))

interface StartingOptions {
  /** Whether it counts for coverage. */
  counted?: boolean | undefined
  /** A program that runs Node, with its arguments. */
  inside?: readonly string[] | undefined
}

/**
 * How a process of Node is started. One that counts for coverage carries the test runner, which puts
 * itself into every Node process that is started here, and no cached code, of which coverage knows
 * less: it takes twice as long.
 */
export function startingNode(
  args: readonly string[],
  { counted, inside = [] }: StartingOptions,
): { program: string; args: string[]; env: NodeJS.ProcessEnv } {
  const bare = counted ? [] : ['env', '-u', 'NODE_OPTIONS', '-u', 'NODE_V8_COVERAGE']
  const [program, ...rest] = [...bare, ...inside, process.execPath, ...args]
  const cache = counted ? { NODE_DISABLE_COMPILE_CACHE: '1' } : { NODE_COMPILE_CACHE: compileCache }
  return { program: program as string, args: rest, env: { ...process.env, ...cache } }
}
