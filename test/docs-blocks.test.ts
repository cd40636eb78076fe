import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse as parseYaml } from 'yaml'
import { readSettings, type Settings, settingsTable } from '../src/settings.ts'
import { compile, compilePython, parseIni, parseShell } from './support/documented.ts'
import { isInstalled } from './support/is-installed.ts'
import { type Block, blocksOf, brokenLinksOf, pagesOf, readPage } from './support/markdown.ts'
import { startNginx } from './support/nginx.ts'
import { PastedShell, steady, withHigherIds } from './support/pasted-shell.ts'
import { openRoom, temporaryFolder } from './support/room.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

const pages = pagesOf('*.md', 'docs/**/*.md', 'examples/**/*.md')
const blocks = pages.flatMap(blocksOf)
const transcripts = ['http', 'sse', 'text', 'json']

/** The blocks in one of these languages. */
const written = (...languages: string[]) =>
  blocks.filter(({ language }) => languages.includes(language))
const where = ({ page, line }: Block) => `${page}:${line}`

/** Whether the test pastes the block into a shell: shell blocks of `docs/` without `not-run`. */
const isRun = ({ page, language, how }: Block) =>
  page.startsWith('docs/') && language === 'sh' && how === ''

// These tests mostly wait for processes.
t.jobs = 3

for (const page of new Set(blocks.filter(isRun).map(({ page }) => page)))
  t.test(`${page} can be pasted line by line and prints what it shows`, (t) => pastePage(t, page))

for (const page of ['docs/messages.md', 'docs/rooms.md', 'docs/conversations.md'])
  t.test(`${page} can be pasted where something was said before`, (t) => pastePage(t, page, 7))

t.test('every block is of a kind that is checked', async (t) => {
  const programs = ['sh', 'ts', 'js', 'python', 'sql']
  const kinds = [
    ...programs,
    'yaml',
    'ini',
    'nginx',
    'caddyfile',
    'haproxy',
    'mermaid',
    ...transcripts,
  ]
  for (const block of blocks) t.ok(kinds.includes(block.language), where(block))
  // An indented block has no kind at all.
  for (const page of pages) t.notMatch(readPage(page), /\n\n {4}\S[^\n]*\n\n/, page)
})

t.test('TypeScript compiles against the client, JavaScript compiles', async (t) => {
  const folder = join(await temporaryFolder(t), 'blocks')
  t.equal(await compile(written('ts', 'js'), folder), '')
})

t.test('shell lines that are not run are well-formed, and Python compiles', async (t) => {
  const hasPython = isInstalled('python3', '--version')
  for (const block of written('sh').filter((block) => !isRun(block)))
    t.equal(await parseShell(block.text), '', where(block))
  for (const block of written('python'))
    t.equal(hasPython ? await compilePython(block.text) : '', '', where(block))
})

t.test('JSON and YAML can be read', async (t) => {
  for (const block of written('json')) t.doesNotThrow(() => JSON.parse(block.text), where(block))
  for (const block of written('yaml')) t.doesNotThrow(() => parseYaml(block.text), where(block))
})

t.test('the server accepts files of settings, and units of systemd are complete', async (t) => {
  for (const block of written('ini')) {
    const { sections, values } = parseIni(block.text)
    // That of PgBouncer is read by test/store/postgres/settings.test.ts.
    if (sections.join() === 'pgbouncer') continue
    if (sections.length > 0) t.strictSame(sections, ['Unit', 'Service', 'Install'], where(block))
    else t.doesNotThrow(() => readSettings(values), where(block))
  }
})

t.test('the documented problem is the one that the server sends', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const { body } = await ann.call('POST', '/v1/messages/broadcast', {})
  const [shown] = blocks.filter(
    ({ page, language }) => page === 'docs/errors.md' && language === 'json',
  )
  const { requestId, ...rest } = JSON.parse((shown as Block).text)
  t.match(body, rest)
  t.equal(typeof body.requestId, typeof requestId)
})

t.test('a stream passes the documented nginx, and is resumed through it', async (t) => {
  const [snippet] = written('nginx')
  if (!isInstalled('nginx', '-v')) return t.pass('nginx is not here')
  const room = await openRoom(t, { settings: { trustProxy: ['127.0.0.1'] } })
  const ann = await room.register('ann')
  const folder = await temporaryFolder(t)
  const nginx = await startNginx(t, (snippet as Block).text, room.url, folder)

  const { body: opening } = await ann.call('POST', '/v1/events/token')
  const query = `?token=${opening.token}`
  const first = await ann.open({ url: nginx.url, query, token: '' })
  await first.next('ready')
  await ann.broadcast('at once')
  await first.next('message')
  first.cut()
  await ann.broadcast('missed')
  const second = await ann.open({ url: nginx.url, query, token: '', cursor: first.cursor })
  await second.next('ready')
  t.strictSame(second.texts, ['missed'])
  second.cut()

  const log = await nginx.accessLog()
  t.notMatch(log, opening.token)
})

t.test('blocks of Caddy and nginx are balanced', async (t) => {
  for (const block of written('caddyfile', 'nginx'))
    t.equal(block.text.split('{').length, block.text.split('}').length, where(block))
})

t.test('diagrams are sequences between participants that they declare', async (t) => {
  for (const block of written('mermaid')) {
    const [kind, ...lines] = block.text.trim().split('\n')
    t.equal(kind, 'sequenceDiagram', where(block))
    const declared = lines.flatMap((line) => /^ {2}participant (\w+) as .+$/.exec(line)?.[1] ?? [])
    for (const line of lines) {
      if (/^ {2}(participant \w+ as .+|loop .+|end)$/.test(line)) continue
      const [, from, to] = /^ +(\w+)--?>>(\w+): .+$/.exec(line) ?? []
      t.ok(declared.includes(from as string), line)
      t.ok(declared.includes(to as string), line)
    }
  }
})

t.test('every link has a target', async (t) => {
  for (const page of pages) t.strictSame(brokenLinksOf(page), [], page)
})

/** @param said how many messages the server has already: the page shows lower ids by as many */
async function pastePage(t: Test, page: string, said = 0): Promise<void> {
  const [, environment = ''] = /^<!-- server: (.*) -->$/m.exec(readPage(page)) ?? []
  const room = await openRoom(t, { settings: settingsFrom(environment) })
  if (said > 0) {
    const earlier = await room.register('earlier')
    for (let at = 0; at < said; at += 1) await earlier.broadcast('said before')
  }
  const shell = new PastedShell(await temporaryFolder(t))
  t.teardown(() => shell.end())
  // As `npm run -s admin --` does in the folder of the server.
  await shell.run(
    `export DATA_DIR='${room.folder}'; npm() { shift 4; '${process.execPath}' '${main}' admin "$@"; }`,
  )
  const own = blocks.filter((block) => block.page === page)
  for (const [index, block] of own.entries()) {
    if (!isRun(block)) continue
    const next = own[index + 1]
    const shown = next && transcripts.includes(next.language) ? withHigherIds(next.text, said) : ''
    const lines = block.text.trim().split('\n')
    const printed = await shell.paste(lines, room.url, shown)
    t.equal(steady(printed), steady(shown), where(block))
  }
  t.equal(shell.errors, '', 'nothing is written to the error output')
}

/** The given settings without the defaults of the others. */
function settingsFrom(environment: string): Partial<Settings> {
  const given = parseIni(environment.replaceAll(' ', '\n')).values
  const read = Object.entries(readSettings(given))
  const names = Object.entries(settingsTable).filter(([, { env }]) => env in given)
  return Object.fromEntries(read.filter(([name]) => names.some(([own]) => own === name)))
}
