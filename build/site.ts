/**
 * Writes the site of the documentation, `dist/docs`: the pages of Markdown and the client's reference,
 * to be read from the disk. Ends with status 1 where something is undocumented or a link is broken.
 *
 *     node build/site.ts
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brokenLinksIn } from './site-links.ts'
import { type Page, siteOptions, sitePages } from './site-pages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/docs')
const sources = join(root, 'dist/docs-source')

const unlisted = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).filter(
  (file) => !sitePages.some(({ path }) => path === file),
)
if (unlisted.length > 0) {
  console.error(`not among the pages of build/site-pages.ts: ${unlisted.join(', ')}`)
  process.exit(1)
}

rmSync(sources, { recursive: true, force: true })
const besides = ['docs/*.svg', 'docs/images/*', 'docs/site/tsconfig.json', 'deploy/*']
// Of the tests, those that a page names are taken along.
for (const file of globSync([...besides, 'test/**/*.ts', 'compose.yaml', 'LICENSE'], { cwd: root }))
  cpSync(join(root, file), join(sources, file))
for (const page of sitePages) write(page)
for (const file of globSync('src/client/**/*.ts', { cwd: root })) writeSource(file)

const options = join(sources, 'typedoc.json')
writeFileSync(options, JSON.stringify(siteOptions(root, sources, out)))
const { status } = spawnSync(
  process.execPath,
  ['tools/node_modules/typedoc/bin/typedoc', '--options', options],
  { cwd: root, stdio: 'inherit' },
)
if (status !== 0) process.exit(1)

const broken = brokenLinksIn(out)
for (const link of broken) console.error(`broken: ${link}`)
console.log(`dist/docs/index.html, ${broken.length} broken links`)
process.exitCode = broken.length === 0 ? 0 : 1

/** A page's copy says how it is called and where it belongs, and shows the program it is about. */
function write({ path, title, group, program }: Page): void {
  let text = readFileSync(join(root, path), 'utf8')
  for (const file of program ?? []) {
    const language = file.slice(file.lastIndexOf('.') + 1)
    const source = readFileSync(join(root, dirname(path), file), 'utf8')
    text += `\n## \`${file}\`\n\n\`\`\`\`${language}\n${source}\`\`\`\`\n`
  }
  const front = `---\ntitle: ${JSON.stringify(title)}\ngroup: ${group}\n---\n\n`
  mkdirSync(dirname(join(sources, path)), { recursive: true })
  writeFileSync(join(sources, path), front + text)
}

/** A source's copy has comments as typedoc reads them, and types that are shown with what is in them. */
function writeSource(file: string): void {
  const source = readFileSync(join(root, file), 'utf8')
    .replaceAll(/@description |@enum \{\w+\}\s*/g, '')
    .replaceAll(/ ?\*\/\n(?=export type \w+ = Schemas\[)/g, '\n * @useDeclaredType\n */\n')
  const [, name] = /^src\/(.*)\/index\.ts$/.exec(file) ?? []
  const module = name ? `/**\n * @module obrol/${name}\n * @group Reference\n */\n\n` : ''
  mkdirSync(dirname(join(sources, file)), { recursive: true })
  writeFileSync(join(sources, file), module + source)
}
