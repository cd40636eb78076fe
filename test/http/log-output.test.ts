import t from 'tap'
import { logOutput } from '../../src/http/log-output.ts'

t.test('lines of one turn leave in one write, in order', async (t) => {
  const writes = t.capture(process.stdout, 'write', () => true)
  logOutput.write('{"n":1}\n')
  logOutput.write('{"n":2}\n')
  await new Promise((resolve) => setImmediate(resolve))
  logOutput.write('{"n":3}\n')
  await new Promise((resolve) => setImmediate(resolve))
  t.same(
    writes().map(({ args }) => args[0]),
    ['{"n":1}\n{"n":2}\n', '{"n":3}\n'],
  )
})

t.test('a reader of the log who goes away stops nothing', async (t) => {
  t.doesNotThrow(() => process.stdout.emit('error', new Error('write EPIPE')))
})
