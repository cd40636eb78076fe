import { readFile } from 'node:fs/promises'
import { packagePath } from './package-files.ts'

/**
 * Whether a password is one of the 10,000 most common, in any case. The list (common-passwords/README.md) is
 * read each time, which takes less than a hashing, so that it takes no memory in between.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const list = await readFile(packagePath('common-passwords/list.txt'))
  return list.includes(`\n${password.toLowerCase()}\n`)
}
