/**
 * What an install leaves ready: the test runner's own class, and the chat page. Plain JavaScript, for
 * whatever Node runs it; does nothing where the tools are not there (`npm ci --omit=dev`).
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cwd = fileURLToPath(new URL('..', import.meta.url))

/** @param {string[]} command a tool's program, and what it is told */
function run(command) {
  execFileSync(process.execPath, command, { cwd, stdio: 'inherit' })
}

const tap = 'node_modules/tap/dist/esm/run.mjs'
if (existsSync(`${cwd}${tap}`)) run([tap, 'build'])

const vite = 'node_modules/vite/bin/vite.js'
const page = 'src/web/vite.config.ts'
if (existsSync(`${cwd}${vite}`) && existsSync(`${cwd}${page}`))
  run([vite, 'build', '--config', page, '--logLevel', 'warn'])
