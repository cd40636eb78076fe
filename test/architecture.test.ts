import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const source = fileURLToPath(new URL('../src', import.meta.url))

const storeInterface =
  /^store\/(store|message-log|(account|block|session|token|presence|room|receipt|retention|conversation|staff|audit)-store|room|room-rules|staff-rules|token-rules|caller|fresh-proof|message-changes|rate-limit-counters|person|store-errors|upgrade-event)\.ts$/

/** What the files of each part may import: of ours, and of others. docs/architecture.md says why. */
const parts: Record<string, { ours: RegExp; others: RegExp }> = {
  chat: {
    ours: either(/^(chat|names)\//, storeInterface),
    others: /^(node:(?!http|net|fs)|toad-cache$)/,
  },
  delivery: {
    ours: either(/^(delivery|chat)\/|^semaphore\.ts$/, storeInterface),
    others: /^node:(?!http|fs)/,
  },
  names: { ours: /^names\//, others: /^$/ },
  store: {
    ours: /^(store|names)\/|^(database-url|package-files)\.ts$/,
    others: /^(node:(?!http)|better-sqlite3$|postgres$)/,
  },
  http: {
    ours: either(
      /^(http|chat|delivery)\/|^(settings|package-files)\.ts$|^\.\.\/package\.json$/,
      storeInterface,
    ),
    others: /^(?!better-sqlite3|postgres$)/,
  },
  client: { ours: /^client\//, others: /^$/ },
  terminal: { ours: /^(terminal|client)\//, others: /^node:/ },
  web: { ours: /^(web|client)\//, others: /^(preact|@preact\/)/ },
}

for (const [part, { ours, others }] of Object.entries(parts)) {
  t.test(`${part} knows what it may know, and nothing else`, async (t) => {
    const files = globSync(`${part}/**/*.{ts,tsx}`, { cwd: source }).filter(isOfTheProduct)
    t.ok(files.length >= 5)
    for (const file of files) {
      for (const name of importsOf(file)) {
        const own = name.startsWith('.')
        const target = own ? resolve('/src', file, '..', name).replace('/src/', '') : name
        t.match(own ? relative(target) : target, own ? ours : others, `${file} → ${name}`)
      }
    }
  })
}

t.test('the store that everyone knows is an interface alone', async (t) => {
  for (const file of globSync('store/*.ts', { cwd: source }).filter(isOfTheInterface))
    for (const name of importsOf(file))
      if (name !== 'node:util')
        t.match(join('store', name), storeInterface, `${file} imports the interface alone`)
  for (const file of globSync('store/*.ts', { cwd: source }))
    t.notOk(
      importsOf(file).some((name) => /sqlite|postgres/.test(name)),
      `${file} is above any store`,
    )
})

t.test('neither store knows the other; a move from one to the other knows both', async (t) => {
  for (const [part, other] of [
    ['sqlite', 'postgres'],
    ['postgres', 'sqlite'],
  ])
    for (const file of globSync(`store/${part}/**/*.ts`, { cwd: source }))
      t.notOk(
        importsOf(file).some((name) => name.includes(`${other}/`)),
        `${file} knows nothing of ${other}`,
      )
  const above = globSync('store/{sqlite,postgres}/**/*.ts', { cwd: source })
  for (const file of above)
    t.notOk(
      importsOf(file).some((name) => name.includes('/move/')),
      `${file} knows of no move`,
    )
})

t.test('which store it is, the composition root and the commands alone know', async (t) => {
  for (const file of globSync('**/*.{ts,tsx}', { cwd: source })) {
    const naming = importsOf(file).filter((name) => /open-store|(sqlite|postgres)\//.test(name))
    const may = /^(open-store|server)\.ts$|^(commands|store)\//.test(file)
    t.ok(may || naming.length === 0, `${file} names no store`)
  }
})

function either(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'))
}

function isOfTheInterface(file: string): boolean {
  return storeInterface.test(file)
}

/** A path that leads out of the source begins with `../`. */
function relative(target: string): string {
  return target.startsWith('/') ? `..${target}` : target
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\() ?'([\w@:./-]+)'/g)].map(
    ([, name]) => name as string,
  )
}

/** What a build tool reads is no part of what it builds. */
function isOfTheProduct(file: string): boolean {
  return !file.endsWith('vite.config.ts')
}
