import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { checkNodeVersion } from '../../src/commands/node-version.ts'

t.test('a version is refused where it lies below the one that is needed', async (t) => {
  for (const version of ['20.20.2', '22.8.0', '24.6.9'])
    t.throws(() => checkNodeVersion(version, '>=24.7'), { name: 'StartError' }, version)
  for (const version of ['24.7.0', '24.10.1', '26.0.0'])
    t.doesNotThrow(() => checkNodeVersion(version, '>=24.7'), version)
})

t.test('a Node that is too old is told in one line', async (t) => {
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(older)}`],
      ...[fileURLToPath(new URL('../../src/main.ts', import.meta.url)), 'serve'],
    ],
    { encoding: 'utf8' },
  )
  t.equal(stderr, 'obrol: this is Node 20.20.2, and it must be >=24.7\n')
  t.equal(status, 1)
})
