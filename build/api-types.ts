/**
 * Writes the client's types, `src/client/openapi-types.ts`, from `openapi/openapi.json`; with `--check` it only
 * says, by its exit status, whether they are as they should be.
 *
 *     node build/api-types.ts [--check]
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

execFileSync(
  process.execPath,
  [
    'tools/node_modules/openapi-typescript/bin/cli.js',
    'openapi/openapi.json',
    ...['--output', 'src/client/openapi-types.ts'],
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
