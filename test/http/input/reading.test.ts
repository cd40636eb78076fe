import fc from 'fast-check'
import t from 'tap'
import { readForm } from '../../../src/http/input/form-body.ts'
import { readJson } from '../../../src/http/input/json-body.ts'

const text = fc.string({ unit: 'binary' })

/** Within what a body may hold. */
const json = fc.json({ stringUnit: 'binary', maxDepth: 8 })

t.test('any JSON is read as JSON.parse reads it', async () => {
  fc.assert(
    fc.property(json, (json) => {
      t.strictSame(readJson(Buffer.from(json)), JSON.parse(json))
    }),
  )
})

t.test('a name given twice in one object is found wherever it is', async () => {
  fc.assert(
    fc.property(text, fc.json({ maxDepth: 4 }), fc.nat(12), (name, value, depth) => {
      const field = `${JSON.stringify(name)}:${value}`
      const twice = `${'[{"a":'.repeat(depth)}{${field},"other${name.length}":0,${field}}${'}]'.repeat(depth)}`
      t.throws(() => readJson(Buffer.from(twice)), { code: 'invalid-request' })
    }),
  )
})

t.test('any form is read as its sender meant it', async () => {
  fc.assert(
    fc.property(fc.dictionary(text, text, { minKeys: 1 }), (fields) => {
      const form = new URLSearchParams(fields).toString()
      t.strictSame({ ...(readForm(Buffer.from(form)) as object) }, { ...fields })
    }),
  )
})
