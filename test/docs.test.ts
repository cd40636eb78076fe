import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { problems } from '../src/chat/problems.ts'
import type { Setting } from '../src/setting-types.ts'
import { settingsTable } from '../src/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort()

t.test('the tables of settings and problems are those of the code', async (t) => {
  const tables = [
    { page: 'docs/settings.md', name: 'settings', rows: settingRows() },
    { page: 'docs/errors.md', name: 'problems', rows: problemRows() },
  ]
  for (const { page, name, rows } of tables) {
    const text = read(page)
    const [, opening, found, closing] =
      new RegExp(`^(.*<!-- ${name}: [^\n]*-->\n)(.*)(<!-- /${name} -->.*)$`, 's').exec(text) ?? []
    const wanted = `\n${rows.join('\n')}\n\n`
    if (process.env.UPDATE_DOCS) writeFileSync(join(root, page), opening + wanted + closing)
    else t.equal(found, wanted, page)
  }
})

t.test('scripts, files and variables that the pages name exist', async (t) => {
  const { scripts } = JSON.parse(read('package.json'))
  const settings = Object.values<Setting<unknown>>(settingsTable).map(({ env }) => env)
  const ofTheChat = ['NO_COLOR', 'FORCE_COLOR', 'OBROL_NAME', 'OBROL_PASSWORD']
  const variables = [
    ...settings,
    ...ofTheChat,
    'UPDATE_DOCS',
    'OBROL_TEST_POSTGRES',
    'GLIBC_TUNABLES',
    'SQLITE_TMPDIR',
  ]
  for (const page of pages) {
    const text = read(page)
    for (const [, script] of text.matchAll(/`npm run ([\w:-]+)/g))
      t.ok((script as string) in scripts, `${page}: npm run ${script}`)
    for (const [, file] of text.matchAll(/`((?:src|test|migrations|docs)\/[\w./-]*)`/g))
      t.ok(existsSync(join(root, file as string)), `${page}: ${file}`)
    for (const [, name] of text.matchAll(/`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g))
      t.ok(variables.includes(name as string), `${page}: ${name}`)
  }
})

t.test('the classes that the architecture and the design notes name exist', async (t) => {
  const source = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n')
  for (const page of ['docs/architecture.md', ...globSync('docs/design/*.md', { cwd: root })])
    for (const [, name] of read(page).matchAll(/`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`/g))
      t.match(source, new RegExp(`\\b(class|interface|type) ${name}\\b`), `${page}: ${name}`)
})

t.test('every bound of what a client can make the server hold names its test', async (t) => {
  const [, section = ''] = read('docs/limits.md').split(
    '\n## What a client can make the server hold\n',
  )
  const rows =
    section
      .split('\n## ', 1)
      .join()
      .match(/^\| (?!what|---).*$/gm) ?? []
  t.ok(rows.length > 20)
  for (const row of rows) {
    const tests =
      row
        .split(' | ')
        .at(-1)
        ?.match(/`test\/[^`]*`/g) ?? []
    t.ok(tests.length > 0, row)
    for (const test of tests) t.ok(existsSync(join(root, test.slice(1, -1))), test)
  }
})

t.test('every event of the log is explained', async (t) => {
  const [, table] = read('docs/operating.md').split('\n| `event` |')
  const rows = (table as string).matchAll(/^\| (`[^|]+`) \|/gm)
  const explained = new Set([...rows].flatMap(([, names]) => names?.match(/\w[^`]*/g)))
  t.ok(explained.has('login'))
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    for (const event of eventsLoggedIn(read(file))) t.ok(explained.has(event), `${file}: ${event}`)
  }
})

t.test('no page holds a path of one machine', async (t) => {
  const places = /(?:^|[\s`"'(=])(?:\/(?:home|root|Users|tmp|work|mnt)\/|[A-Z]:\\|file:\/\/)/m
  for (const page of [...pages, 'Dockerfile', 'compose.yaml', 'package.json', '.ci/run'])
    t.notMatch(read(page), places, page)
})

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

function settingRows(): string[] {
  const rows = Object.values<Setting<unknown>>(settingsTable).map(
    ({ env, fallback, unit, range, about }) => {
      const shown = [fallback ?? []].flat().join(',')
      const value =
        shown === '' ? 'unset' : `\`${shown}\`${['', 'port'].includes(unit) ? '' : ` ${unit}`}`
      return `| \`${env}\` | ${value} | ${range} | ${about} |`
    },
  )
  return ['| variable | default | must be | what it sets |', '| --- | --- | --- | --- |', ...rows]
}

function problemRows(): string[] {
  const rows = Object.entries(problems).map(
    ([code, { status, explanation }]) => `| \`${code}\` | ${status} | ${explanation} |`,
  )
  return ['| code | status | what it means |', '| --- | --- | --- |', ...rows]
}

/** The names that a file of the source gives to what it logs. */
function eventsLoggedIn(source: string): string[] {
  const named = source.matchAll(
    /\b(?:event: (?:\w+ \? )?|[lL]ines\.write\()((?:'[^']+'(?: [|:] )?)+)/g,
  )
  return [...named].flatMap(([, names]) => (names as string).match(/[^'|:]*\w/g) ?? [])
}
