import { spawnSync } from 'node:child_process'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Site } from './site.ts'

/** Mounts a small file system on the data folder, for what runs after it and nobody else. */
function mounting(megabytes: number): string {
  return `mount -t tmpfs -o size=${megabytes}m,mode=700 tmpfs "$DATA_DIR" && exec "$0" "$@"`
}

/**
 * The program, with its arguments, under which a server's data folder is a disk of its own of so
 * many MB: as root, or in a user namespace. Undefined where this system allows neither.
 */
export function smallDisk(folder: string, megabytes: number): string[] | undefined {
  return [['-m'], ['-r', '-m']]
    .map((flags) => ['unshare', ...flags, 'sh', '-c', mounting(megabytes)])
    .find(([program, ...rest]) => {
      const env = { ...process.env, DATA_DIR: folder }
      return spawnSync(program as string, [...rest, 'true'], { env }).status === 0
    })
}

/** A server's data folder. The mount is seen by the server alone; its root leads there. */
export function rootOf({ process, folder }: Site): string {
  return join(`/proc/${process.pid}/root`, folder)
}

/** A file that takes up all the room there is on a server's disk. */
export class Filler {
  readonly #file: string
  bytes = 0

  constructor(site: Site) {
    this.#file = join(rootOf(site), 'filler')
  }

  /** Writes until nothing fits, not even a byte. */
  fill(): void {
    const descriptor = openSync(this.#file, 'a')
    for (const size of [65_536, 4_096, 1]) this.#fillBy(descriptor, Buffer.alloc(size))
    closeSync(descriptor)
  }

  remove(): void {
    unlinkSync(this.#file)
  }

  #fillBy(descriptor: number, piece: Buffer): void {
    try {
      for (;;) this.bytes += writeSync(descriptor, piece)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}
