import { readdirSync } from 'node:fs'
import t from 'tap'

const tests = new URL('../', import.meta.url)

/**
 * Runs the test files of a folder in this process, one after another: each loads the server's
 * modules but once. Any of them runs alone as well.
 *
 * @param folder below `test/`, '' for its own files
 * @param options.deep whether those of the folders below it run too
 */
export async function runFolder(folder: string, { deep = true } = {}): Promise<void> {
  const at = new URL(folder === '' ? './' : `./${folder}/`, tests)
  const files = readdirSync(at, { recursive: deep, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.test.ts')).sort()) {
    await import(new URL(file, at).href)
    // Unbuffered, so that it begins when everything the file began has ended.
    await t.test(`end of ${folder}/${file}`, { buffered: false }, async () => {})
    t.jobs = 1
  }
}
