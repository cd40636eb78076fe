import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './statistics.ts'

/** The median duration of a small write with an fsync, in milliseconds. */
export function syncMilliseconds(times = 200): number {
  const folder = mkdtempSync(join(tmpdir(), 'obrol-bench-disk-'))
  const file = openSync(join(folder, 'file'), 'a')
  const block = Buffer.alloc(4096)
  const took = Array.from({ length: times }, () => {
    const began = performance.now()
    writeSync(file, block)
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return median(took)
}
