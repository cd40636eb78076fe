/** What the server logs of an upgrade of its database, under the name `event`. */
export type UpgradeEvent =
  | {
      event: 'upgrading'
      /** Its file in `migrations/`. */
      migration: string
      /** What is done now; undefined where the migration is not divided into steps. */
      step?: string | undefined
      /** How much of this step is done, where that is known. */
      percent?: number | undefined
    }
  | { event: 'upgraded'; migration: string; ms: number }
  | {
      /** SQLite alone; at each start. */
      event: 'upgrade copy kept' | 'upgrade copy deleted'
      /** The database as it was before an upgrade. */
      file: string
      bytes: number
      /** The server deletes it once this time has passed. */
      until: Date
    }

export type OnUpgrade = (event: UpgradeEvent) => void

/** Reports that a migration begins. @returns reports that it has ended */
export function reportUpgrade(onUpgrade: OnUpgrade | undefined, migration: string): () => void {
  const begunAt = performance.now()
  onUpgrade?.({ event: 'upgrading', migration })
  return () =>
    onUpgrade?.({ event: 'upgraded', migration, ms: Math.round(performance.now() - begunAt) })
}
