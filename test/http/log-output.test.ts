import t from 'tap'
import { logOutput } from '../../src/http/log-output.ts'

t.test('lines that come within a moment leave in one write, in order', async (t) => {
  // What the tests themselves report goes through it as well.
  const write = process.stdout.write.bind(process.stdout)
  let written = Promise.withResolvers<string>()
  t.intercept(process.stdout, 'write', {
    value: (text: string) => {
      if (!text.startsWith('{"n":')) return write(text)
      written.resolve(text)
      return true
    },
  })
  logOutput.write('{"n":1}\n')
  setImmediate(() => logOutput.write('{"n":2}\n'))
  t.equal(await written.promise, '{"n":1}\n{"n":2}\n')
  written = Promise.withResolvers()
  logOutput.write('{"n":3}\n')
  t.equal(await written.promise, '{"n":3}\n')
})

t.test('a reader of the log who goes away stops nothing', async (t) => {
  t.doesNotThrow(() => process.stdout.emit('error', new Error('write EPIPE')))
})
