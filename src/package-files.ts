import { fileURLToPath } from 'node:url'

/**
 * The path of a file or folder of this package.
 *
 * @param path from the package's root. The sources and the build both stand one folder below it.
 */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}
