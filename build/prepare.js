/**
 * Runs after an install: builds the test runner's own class, and `dist/`. Plain JavaScript, for any
 * Node. Does nothing where the tools are missing (`npm ci --omit=dev`) or the sources are (the image
 * installs before it copies them).
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cwd = fileURLToPath(new URL('..', import.meta.url))

const tap = 'node_modules/tap/dist/esm/run.mjs'
if (existsSync(`${cwd}${tap}`))
  execFileSync(process.execPath, [tap, 'build'], { cwd, stdio: 'inherit' })

const tools = ['node_modules/typescript', 'node_modules/vite', 'src/main.ts']
if (tools.every((path) => existsSync(`${cwd}${path}`))) await import('./build.js')
