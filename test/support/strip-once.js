/**
 * Keeps what Node makes of a TypeScript module when it strips its types. Node does that anew in
 * each process and each thread, and it is most of what a store's threads cost to start. What runs
 * is the same to the byte, so that coverage knows as much; of Node's compile cache it would know
 * less. Loaded by `--import` into everything that a suite starts.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'

const kept = new URL('../../node_modules/.cache/stripped/', import.meta.url)
const { emitWarning } = process

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (loaded.format !== 'module-typescript') return loaded
    return { ...loaded, format: 'module', source: stripped(String(loaded.source)) }
  },
})

function stripped(text) {
  const name = createHash('sha256').update(process.version).update(text).digest('hex')
  const file = new URL(name, kept)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const code = strip(text)
    mkdirSync(kept, { recursive: true })
    // Other processes and threads write the same: each finds it whole or not at all.
    const part = new URL(`${name}.${randomUUID()}`, kept)
    writeFileSync(part, code)
    renameSync(part, file)
    return code
  }
}

/** Without the warning that this is experimental: what a command prints is looked at. */
function strip(text) {
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = emitWarning
  }
}
