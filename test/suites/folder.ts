import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const tests = new URL('../', import.meta.url)
const stripOnce = new URL('support/strip-once.js', tests)
const compileCache = new URL('../node_modules/.cache/compiled', tests)

/**
 * Runs the test files of a folder in this process, one after another: each loads the server's
 * modules but once. Any of them runs alone as well.
 *
 * @param folder below `test/`, '' for its own files
 * @param options.deep whether those of the folders below it run too
 * @param options.counted whether it counts for coverage; see covered.js
 */
export async function runFolder(
  folder: string,
  { deep = true, counted = true } = {},
): Promise<void> {
  await (counted ? stripHereOnce() : startBare())
  const at = new URL(folder === '' ? './' : `./${folder}/`, tests)
  const files = readdirSync(at, { recursive: deep, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.test.ts')).sort()) {
    await import(new URL(file, at).href)
    // Unbuffered, so that it begins when everything the file began has ended.
    await t.test(`end of ${folder}/${file}`, { buffered: false }, async () => {})
    // A file may have run its own tests side by side; the next one's are not to.
    t.jobs = 1
  }
}

/** Here, and in the threads and processes that are started from here. */
async function stripHereOnce(): Promise<void> {
  const { NODE_OPTIONS = '' } = process.env
  if (NODE_OPTIONS.includes(stripOnce.href)) return
  process.env.NODE_OPTIONS = `${NODE_OPTIONS} --import=${stripOnce}`
  await import(stripOnce.href)
}

/**
 * Threads and processes start without the test runner, which puts itself into every one of them,
 * and with modules that others compiled.
 */
async function startBare(): Promise<void> {
  process.env.NODE_OPTIONS = ''
  process.env.NODE_COMPILE_CACHE = fileURLToPath(compileCache)
}
