import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { credentialsOf } from '../../../src/chat/known-names.ts'
import { nameForms } from '../../../src/names/forms.ts'
import type { Progress } from '../../../src/store/move/carry.ts'
import { move } from '../../../src/store/move/move.ts'
import type { Session, Store } from '../../../src/store/store.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import * as people from '../people.ts'
import { at } from './homes.ts'

/** Two people, of whom bob was away when something was kept for him; the oldest message is gone. */
async function settle(store: Store) {
  const key = Buffer.from(await store.signingKey())
  const ann = await people.join(store, 'ann')
  const bob = await people.join(store, 'bob')
  await people.say(store, ann, 'long ago')
  await people.say(store, ann, 'a', { key: 'once' })
  await store.markReached([{ account: bob.account.id, id: 2 }], (await store.extent()).epoch)
  await people.say(store, ann, 'kept “for” bob\\\n\té😀', { to: 'bob' })
  await people.say(store, bob, 'b')
  while ((await store.sweep(Number.MAX_SAFE_INTEGER)).extent.oldest < 2);
  return { key, ann, bob }
}

type Settled = Awaited<ReturnType<typeof settle>>

/** What people have, wherever it is kept. */
async function holds(t: Test, store: Store, { key, ann, bob }: Settled, cursors: string[]) {
  t.same(Buffer.from(await store.signingKey()), key)
  for (const session of [ann, bob]) t.same(await store.session(session.id), session)
  t.match(await store.credentials('bob'), { account: bob.account, passwordHash: 'hash of bob' })
  for (const cursor of cursors) {
    const [id, epoch] = cursor.split('-') as [string, string]
    t.match(await store.place({ id: Number(id), epoch }), {
      position: Number(id),
      reset: { reason: 'new-epoch', from: Number(id) },
    })
  }
}

async function replays(t: Test, store: Store, speaker: Session) {
  const again = people.draft(speaker, 'a', { key: 'once' })
  t.match(await store.append([again], people.ticket()), [{ kind: 'replayed', entry: { id: 2 } }])
  const other = people.draft(speaker, 'other', { key: 'once' })
  t.same(await store.append([other], people.ticket()), [{ kind: 'key-reused' }])
}

async function cursorOf(store: Store): Promise<string> {
  const { head, epoch } = await store.extent()
  return `${head}-${epoch}`
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('from SQLite to PostgreSQL and back: nobody notices', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const database = await (await sharedPostgres()).emptyDatabase()
    const { settled, cursor } = await at(t, here, async (store) => {
      const settled = await settle(store)
      t.match(await store.extent(), { oldest: 4, head: 4 })
      return { settled, cursor: await cursorOf(store) }
    })
    const before = readdirSync(here)

    const there = await move(here, database)
    t.match(there, {
      from: here,
      to: withoutUser(database),
      kind: 'postgres',
      signingKey: true,
      counts: [
        { rows: 'accounts', count: 2 },
        { rows: 'sessions', count: 2 },
        { rows: 'messages', count: 1 },
        { rows: 'idempotency keys', count: 0 },
        { rows: 'epochs', count: 1 },
      ],
    })
    t.same(readdirSync(here), before)
    const later = await at(t, database, async (store) => {
      await holds(t, store, settled, [cursor])
      t.match(await store.extent(), { oldest: 4, head: 4 })
      t.match(await people.join(store, 'cid'), { account: { id: 3 } })
      t.match(await people.say(store, settled.ann, 'c'), { id: 5 })
      return cursorOf(store)
    })

    const home = await move(database, back)
    t.match(home, { from: withoutUser(database), to: back, kind: 'sqlite' })
    t.equal(mode(back), '700')
    t.same(readdirSync(back).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
    for (const name of readdirSync(back)) t.equal(mode(join(back, name)), '600', name)
    await at(t, back, async (store) => {
      await holds(t, store, settled, [cursor, later])
      const { ann } = settled
      t.match(await store.page(ann.account.id, { limit: 9 }), {
        entries: [
          { id: 4, text: 'b' },
          { id: 5, text: 'c' },
        ],
      })
    })
  })

  t.test('retries and what is kept for someone go along', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const server = await sharedPostgres()
    const [database, other] = [await server.freshDatabase(), await server.freshDatabase()]
    const { ann, bob } = await at(t, here, async (store) => {
      const ann = await people.join(store, 'ann')
      const bob = await people.join(store, 'bob')
      await people.say(store, ann, 'for bob', { to: 'bob' })
      await people.say(store, ann, 'a', { key: 'once' })
      await people.say(store, ann, 'for bob again', { to: 'bob' })
      await store.markReached([{ account: bob.account.id, id: 1 }], (await store.extent()).epoch)
      return { ann, bob }
    })
    const checksums: string[] = []
    const homes = [here, database, other, back, join(folder, 'more')]
    for (const [step, home] of homes.entries()) {
      const next = homes[step + 1]
      if (next) checksums.push((await move(home, next)).checksum)
    }
    t.equal(new Set(checksums).size, 1, 'it is the same wherever it is kept')
    for (const home of [database, back])
      await at(t, home, async (store) => {
        await replays(t, store, ann)
        const { after, upTo } = await store.unreached(bob.account.id)
        const { entries } = await store.readKept(after, upTo, bob.account.id)
        t.same(
          entries.map(({ text }) => text),
          ['for bob again'],
        )
      })
  })

  t.test('names stay what they were, and nobody may look like them in the new home', async (t) => {
    const folder = t.testdir()
    const homes = [join(folder, 'here'), await (await sharedPostgres()).freshDatabase()]
    await at(t, homes[1] as string, async () => {})
    homes.push(join(folder, 'back'))
    await at(t, homes[0] as string, async (store) => {
      // Of before 0.2: one name today.
      for (const [username, key] of [
        ['Straße', 'straße'],
        ['Strasse', 'strasse'],
      ] as const) {
        await store.register({ ...people.newAccount(username), key }, 1_000)
      }
      await store.register({ ...people.newAccount('ace'), ...nameForms('ace') }, 1_000)
    })
    for (const [nth, home] of homes.slice(1).entries()) {
      await move(homes[nth] as string, home)
      await at(t, home, async (store) => {
        for (const typed of ['Straße', 'Strasse', 'ace']) {
          t.equal((await credentialsOf(store, typed))?.account.username, typed)
        }
        for (const username of ['асе', 'STRAẞE']) {
          const account = { ...people.newAccount(username), ...nameForms(username) }
          t.equal(await store.register(account, 1_000), 'taken', username)
        }
      })
    }
  })

  t.test('a home where a server was started, but nobody came, may be moved to', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const database = await (await sharedPostgres()).emptyDatabase()
    const key = await at(t, here, async (store) => {
      await people.say(store, await people.join(store, 'ann'), 'a')
      return await store.signingKey()
    })
    const [elsewhere] = await Promise.all([
      at(t, database, async (store) => [await store.signingKey(), await cursorOf(store)] as const),
      at(t, back, (store) => store.signingKey()),
    ])
    await move(here, database)
    await move(database, back)
    await at(t, back, async (store) => {
      t.same(Buffer.from(await store.signingKey()), Buffer.from(key))
      t.notSame(Buffer.from(await store.signingKey()), Buffer.from(elsewhere[0]))
      t.match(await store.extent(), { head: 1 })
    })
  })

  t.test('a long log is carried in pieces, and progress is told', async (t) => {
    const folder = t.testdir()
    const here = join(folder, 'here')
    const database = await (await sharedPostgres()).freshDatabase()
    await at(t, here, async (store) => {
      const ann = await people.join(store, 'ann')
      const long = 'x'.repeat(4_000)
      await people.sayAll(
        store,
        Array.from({ length: 1_300 }, (_, at) => people.draft(ann, at < 300 ? long : 'x')),
      )
    })
    const told: Progress[] = []
    await move(here, database, { onProgress: (progress) => told.push(progress) })
    t.ok(told.length > 8)
    for (const step of ['carried', 'verified'] as const) {
      const rows = told.filter((progress) => progress.step === step)
      t.match(rows.at(-1), { rows: 1_303, allRows: 1_303 })
      t.same(
        rows.map((progress) => progress.rows),
        rows.map((progress) => progress.rows).sort((a, b) => a - b),
      )
    }
    await at(t, database, async (store) => {
      t.match(await store.extent(), { oldest: 1, head: 1_300 })
      t.equal((await store.entry(300, 1))?.text.length, 4_000)
    })
  })

  t.test('an empty log moves too', async (t) => {
    const folder = t.testdir()
    const database = await (await sharedPostgres()).freshDatabase()
    await at(t, join(folder, 'here'), async () => {})
    t.match(await move(join(folder, 'here'), database), { signingKey: false })
    await at(t, database, async (store) => {
      t.match(await people.say(store, await people.join(store, 'ann'), 'a'), {
        id: 1,
        from: { id: 1 },
      })
    })
  })
}

/** What the two homes are called: their address without who logs in there. */
function withoutUser(databaseUrl: string): string {
  return databaseUrl.replace(/[^/]*@/, '')
}
