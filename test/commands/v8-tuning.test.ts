import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { prepareForLongRun } from '../../src/commands/v8-tuning.ts'

t.test('this version of Node knows the flags, and frees what nothing refers to', async (t) => {
  const module = fileURLToPath(new URL('../../src/commands/v8-tuning.ts', import.meta.url))
  const script = `
    const { prepareForLongRun } = await import(${JSON.stringify(module)})
    const garbage = new WeakRef({})
    await new Promise(setImmediate)
    prepareForLongRun()
    console.log(garbage.deref(), typeof gc)`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  )
  // V8 prints a message about a flag that it does not know, and goes on.
  t.match({ status, stdout, stderr }, { status: 0, stdout: 'undefined undefined\n', stderr: /^$/ })
  t.doesNotThrow(prepareForLongRun, 'and may be called at any time')
})
