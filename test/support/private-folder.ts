import type { Test } from 'tap'

type Content = Parameters<Test['testdir']>[0]

/** A new folder, with what is in it, for its owner alone, as a data folder has to be. */
export function privateFolder(t: Test, content?: Content): string {
  const umask = process.umask(0o077)
  try {
    return t.testdir(content)
  } finally {
    process.umask(umask)
  }
}
