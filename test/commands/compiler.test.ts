import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { suitCompiler } from '../../src/commands/compiler.ts'

t.test('this version of Node knows what V8 is told', async (t) => {
  const module = fileURLToPath(new URL('../../src/commands/compiler.ts', import.meta.url))
  const script = `const { suitCompiler } = await import(${JSON.stringify(module)}); suitCompiler()`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  )
  // What it does not know it says there, and goes on.
  t.match({ status, stderr }, { status: 0, stderr: /^$/ })
  t.doesNotThrow(suitCompiler, 'and it can be told at any time')
})
