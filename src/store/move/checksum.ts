import { createHash } from 'node:crypto'
import type { Row } from './copied-tables.ts'

/** The number of a table's rows, and the SHA-256 of their canonical form. */
export interface TableSum {
  rows: number
  digest: string
}

/** Hashes rows in their order, each as a line of JSON. */
export class RowHasher {
  readonly #hash = createHash('sha256')
  #rows = 0

  add(rows: readonly Row[]): void {
    this.#rows += rows.length
    this.#hash.update(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }

  digest(): TableSum {
    return { rows: this.#rows, digest: this.#hash.digest('hex') }
  }
}

/** The SHA-256, in hexadecimal, of all tables' sums and the signing key. */
export function combinedChecksum(
  sums: ReadonlyMap<string, TableSum>,
  signingKey: Uint8Array | undefined,
): string {
  const hash = createHash('sha256')
  for (const [name, { rows, digest }] of sums) hash.update(`${name} ${rows} ${digest}\n`)
  return hash.update(signingKey ?? '').digest('hex')
}
