import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes the content of a file durable. */
export function fsyncFile(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the name of a file durable: a rename is on the disk when its folder is. */
export function fsyncParentDirectory(file: string): void {
  fsyncFile(dirname(file))
}
