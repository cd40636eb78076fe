/**
 * Builds `dist/`: the server, which `npm start`, the image and the package run; the client, as modules
 * and for `require`; and the chat page. Plain JavaScript, for any Node.
 *
 *     node build/build.js
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** Vite empties the folder of the page, and `npm run docs` those of the docs. */
const kept = ['web', 'docs', 'docs-source']

/** @param {string[]} command a tool's program and its arguments */
function run(command) {
  execFileSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
}

mkdirSync(dist, { recursive: true })
for (const name of readdirSync(dist))
  if (!kept.includes(name)) rmSync(join(dist, name), { recursive: true })
for (const config of ['build/server.config.ts', 'src/web/vite.config.ts'])
  run(['node_modules/vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'warn'])
chmodSync(join(dist, 'main.js'), 0o755)
// Its module by its full name: `bin/tsc` has no extension, and some installs could not load it.
for (const project of ['tsconfig.client.json', 'tsconfig.client-cjs.json'])
  run(['node_modules/typescript/lib/tsc.js', '--project', join('build', project)])
// The compiler leaves the imports of types as they are, but no file of the package ends in `.ts`.
for (const folder of ['client', 'client-cjs'].map((name) => join(dist, name)))
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue
    const types = readFileSync(join(folder, file), 'utf8')
    writeFileSync(join(folder, file), types.replaceAll(/ from '(.*)\.ts'/g, " from '$1.js'"))
  }
writeFileSync(join(dist, 'client-cjs', 'package.json'), '{ "type": "commonjs" }\n')
