import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { openRoom, type Room } from '../support/room.ts'
import { order, wrongAddresses } from './bad-requests/addresses.ts'
import { checkResponse } from './bad-requests/check-response.ts'
import { exchange } from './bad-requests/exchange.ts'
import { escapedPointers, fields } from './bad-requests/fields.ts'
import { brokenBodies, repeatedFields } from './bad-requests/json.ts'
import { badForms, mediaTypes } from './bad-requests/media-types.ts'
import { names } from './bad-requests/names.ts'
import { parser } from './bad-requests/parser.ts'
import { badPosts } from './bad-requests/posts.ts'
import { badCursors, badNumbers, oddParameters } from './bad-requests/queries.ts'
import { type Row, statusOf } from './bad-requests/row.ts'
import { blankTexts, controlCharacters, lengths, malformedStrings } from './bad-requests/strings.ts'
import {
  createTestAccounts,
  signingSecret,
  type TestAccounts,
} from './bad-requests/test-accounts.ts'
import { logins, misplacedTokens, tokens } from './bad-requests/tokens.ts'

const tables: Record<string, (cast: TestAccounts) => Row[]> = {
  'fields of every other type, missing and unknown': fields,
  'pointers with signs of their own': escapedPointers,
  'strings that are no Unicode': malformedStrings,
  'control characters': controlCharacters,
  'blank texts': blankTexts,
  lengths,
  names,
  'bodies that are no JSON object': brokenBodies,
  'repeated fields': repeatedFields,
  'media types': mediaTypes,
  forms: badForms,
  tokens,
  'misplaced tokens': misplacedTokens,
  logins,
  cursors: badCursors,
  numbers: badNumbers,
  parameters: oddParameters,
  'keys and recipients': badPosts,
  'addresses and methods': wrongAddresses,
  'the order of judgement': order,
  'what is no HTTP': parser,
}

/** Every row of every table of the database, to see that a refusal left no trace. */
function watch(room: Room): () => string {
  const database = new Database(join(room.folder, 'obrol.db'), { readonly: true })
  const names = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all() as string[]
  const reads = names.map((name) => database.prepare(`SELECT * FROM ${name}`))
  return () => JSON.stringify(reads.map((read) => read.all()))
}

t.test('bad requests', async (t) => {
  const room = await openRoom(t, { settings: { jwtSecret: signingSecret } })
  const cast = await createTestAccounts(room)
  const stored = watch(room)
  const before = stored()

  for (const [name, rows] of Object.entries(tables))
    t.test(name, async (t) => {
      for (const row of rows(cast)) {
        const answers = await exchange(room.url, row.bytes).catch((error: Error) => error)
        const found = answers instanceof Error ? [answers.message] : checkResponse(answers, row)
        if (stored() !== before) found.push('something was stored')
        t.strictSame(found, [], `${statusOf(row)} ${row.code}: ${row.name}`)
        const health = await fetch(`${room.url}/healthz`)
        if (health.status !== 200) t.fail(`not serving after ${row.name}`)
        await health.arrayBuffer()
      }
    })

  t.test('the table is long enough, and no request is in it twice', async (t) => {
    const rows = Object.values(tables).flatMap((table) => table(cast))
    t.comment(`${rows.length} bad requests in ${Object.keys(tables).length} tables`)
    t.ok(rows.length >= 300, `${rows.length} bad requests`)
    const twice = Map.groupBy(rows, ({ bytes }) => bytes.toString('latin1'))
      .values()
      .filter((same) => same.length > 1)
    t.strictSame(
      [...twice].map((same) => same.map(({ name }) => name)),
      [],
    )
  })
})
