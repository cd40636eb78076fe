import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The compiled command line, which `npm start`, the image and the package run.
 *
 * @throws where it is missing or older than the sources, so that no test passes on old code
 */
export const compiledMain: string = `${root}dist/main.js`

const builtAt = statSync(compiledMain, { throwIfNoEntry: false })?.mtimeMs ?? 0
const newer = globSync('src/**/*.{ts,tsx}', { cwd: root }).find(
  (file) => statSync(`${root}${file}`).mtimeMs > builtAt,
)
if (newer !== undefined)
  throw new Error(`dist/ is missing or older than ${newer}: run \`npm run build\``)
