import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { growOld, sameMessages } from '../support/old-folder.ts'
import { privateFolder } from '../support/private-folder.ts'
import { full } from './support/deadline.ts'

const program = fileURLToPath(new URL('support/dying-upgrade.ts', import.meta.url))

/** In how many places of some hundred an upgrade is killed. */
const places = full ? 40 : 16

const messages = 2_000

t.test('an upgrade of a folder of 0.1 survives a kill at any place', async (t) => {
  const parent = privateFolder(t, { server: {}, killed: {} })
  const old = killedFolder(parent)
  const all = upgrade(copyOf(old, join(parent, 'uncut')))
  t.equal(all.signal, null)
  const count = Number(all.stdout)
  t.ok(count > 40, `${count} places`)
  const step = count / places
  for (let nth = 1; nth <= count; nth += step) {
    const folder = copyOf(old, join(parent, 'data'))
    const place = Math.floor(nth)
    t.equal(upgrade(folder, place).signal, 'SIGKILL', `killed at ${place} of ${count}`)
    const upgraded = checkWhole(t, folder)
    await (await openSqliteStore({ folder, onFatal: t.fail })).close()
    t.same(
      readdirSync(folder).sort(),
      ['obrol.db', 'obrol.db.before-0005', 'obrol.lock'],
      `goes on, ${upgraded ? 'with the new database' : 'from the old one'}`,
    )
    const database = join(folder, 'obrol.db')
    const same = sameMessages(`${database}.before-0005`, database)
    t.same(same, { before: messages, after: messages, same: messages })
    rmSync(folder, { recursive: true })
  }
})

/** A folder as 0.1 leaves it when it is killed: the newest messages are in the write-ahead log alone. */
function killedFolder(folder: string): string {
  const [server, killed] = [join(folder, 'server'), join(folder, 'killed')]
  const file = join(server, 'obrol.db')
  growOld(file, { messages: messages - 1, accounts: 40, partners: 9 })
  const database = new Database(file)
  database.exec("INSERT INTO entries VALUES ((SELECT max(id) + 1 FROM entries), 1, 2, 'newest', 1)")
  for (const name of ['obrol.db', 'obrol.db-wal'])
    copyFileSync(join(server, name), join(killed, name))
  database.close()
  return killed
}

function copyOf(folder: string, copy: string): string {
  cpSync(folder, copy, { recursive: true })
  return copy
}

function upgrade(folder: string, place?: number) {
  const args = [program, folder, ...(place === undefined ? [] : [String(place)])]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}

/**
 * Checks that the folder holds a whole database, with all messages, of one version or the other.
 *
 * @returns whether it is the new one
 */
function checkWhole(t: Test, folder: string): boolean {
  const file = join(folder, 'obrol.db')
  // On a copy, for even a look brings a write-ahead log into the database.
  const looked = copyOf(folder, `${folder}-looked-at`)
  const database = new Database(join(looked, 'obrol.db'), { fileMustExist: true })
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
  t.equal(database.prepare('SELECT count(*) FROM entries').pluck().get(), messages)
  const applied = database.prepare('SELECT name FROM migrations').pluck().all()
  database.close()
  rmSync(looked, { recursive: true })
  const upgraded = applied.includes('0005-rooms.sql')
  if (!upgraded) t.equal(applied.length, 2, 'as a server of 0.1 knows it')
  else t.ok(existsSync(`${file}.before-0005`))
  return upgraded
}
