/**
 * Upgrades the data folder of the first argument, and dies at the nth place, of which there is one before
 * each call that changes files, before each statement that is run as a whole, and at each step told. Without
 * a number it writes how many places there are.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import Database from 'better-sqlite3'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'

const [folder, nth] = process.argv.slice(2) as [string, string | undefined]
let places = 0

function place(): void {
  places += 1
  if (places === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

type Calls = Record<string, (...args: unknown[]) => unknown>

function dieBefore(target: object, names: string[]): void {
  const calls = target as Calls
  for (const name of names) {
    const original = calls[name] as Calls[string]
    calls[name] = function (this: unknown, ...args) {
      place()
      return original.apply(this, args)
    }
  }
}

dieBefore(fs, ['openSync', 'fsyncSync', 'rmSync', 'linkSync', 'utimesSync', 'renameSync'])
syncBuiltinESMExports()
dieBefore(Database.prototype, ['exec', 'pragma', 'close'])

const store = await openSqliteStore({
  folder,
  onFatal: (error) => {
    throw error
  },
  onUpgrade: place,
})
const before = places
await store.close()
process.stdout.write(`${before}\n`)
