import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { setV8Flags } from '../../src/commands/v8-flags.ts'

t.test('this version of Node knows what V8 is told', async (t) => {
  const module = fileURLToPath(new URL('../../src/commands/v8-flags.ts', import.meta.url))
  const script = `const { setV8Flags } = await import(${JSON.stringify(module)}); setV8Flags()`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  )
  // What it does not know it says there, and goes on.
  t.match({ status, stderr }, { status: 0, stderr: /^$/ })
  t.doesNotThrow(setV8Flags, 'and it can be told at any time')
})
