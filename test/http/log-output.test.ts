import t from 'tap'
import { logOutput } from '../../src/http/log-output.ts'

t.test('lines of one turn leave in one write, in order', async (t) => {
  // What the tests themselves report goes through it as well.
  const write = process.stdout.write.bind(process.stdout)
  const writes = t.capture(process.stdout, 'write', (text: string) =>
    text.startsWith('{"n":') ? true : write(text),
  )
  logOutput.write('{"n":1}\n')
  logOutput.write('{"n":2}\n')
  await new Promise((resolve) => setImmediate(resolve))
  logOutput.write('{"n":3}\n')
  await new Promise((resolve) => setImmediate(resolve))
  t.same(
    writes()
      .map(({ args }) => String(args[0]))
      .filter((text) => text.startsWith('{"n":')),
    ['{"n":1}\n{"n":2}\n', '{"n":3}\n'],
  )
})

t.test('a reader of the log who goes away stops nothing', async (t) => {
  t.doesNotThrow(() => process.stdout.emit('error', new Error('write EPIPE')))
})
