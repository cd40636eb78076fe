/**
 * Builds what the package holds besides the page, which `build/prepare.js` builds: `dist/main.js`
 * with all it needs, and the client twice, as modules and for `require`.
 *
 *     node build/package.ts
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** What others build there. */
const kept = ['web', 'docs', 'docs-source']

mkdirSync(dist, { recursive: true })
for (const name of readdirSync(dist))
  if (!kept.includes(name)) rmSync(join(dist, name), { recursive: true })
for (const project of ['tsconfig.json', 'tsconfig.client.json', 'tsconfig.client-cjs.json'])
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--project', join('build', project)],
    { cwd: root, stdio: 'inherit' },
  )
// The compiler leaves the imports of types as they are, but no file of the package ends in `.ts`.
for (const file of globSync('client*/*.d.ts', { cwd: dist }).map((name) => join(dist, name)))
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/ from '(.*)\.ts'/g, " from '$1.js'"))
writeFileSync(join(dist, 'client-cjs', 'package.json'), '{ "type": "commonjs" }\n')
chmodSync(join(dist, 'main.js'), 0o755)
