import fc from 'fast-check'
import t from 'tap'
import { readForm } from '../../../src/http/input/form-body.ts'
import { readJson } from '../../../src/http/input/json-body.ts'

const text = fc.string({ unit: 'binary' })

/** Within the limits of bodies. */
const json = fc.json({ stringUnit: 'binary', maxDepth: 8 })

t.test('JSON is parsed as by JSON.parse', async () => {
  fc.assert(
    fc.property(json, (json) => {
      t.strictSame(readJson(Buffer.from(json)), JSON.parse(json))
    }),
  )
})

t.test('a repeated name in an object is refused at any depth', async () => {
  fc.assert(
    fc.property(text, fc.json({ maxDepth: 4 }), fc.nat(12), (name, value, depth) => {
      const field = `${JSON.stringify(name)}:${value}`
      const twice = `${'[{"a":'.repeat(depth)}{${field},"other${name.length}":0,${field}}${'}]'.repeat(depth)}`
      t.throws(() => readJson(Buffer.from(twice)), { code: 'invalid-request' })
    }),
  )
})

t.test('a form is parsed into the fields that were sent', async () => {
  fc.assert(
    fc.property(fc.dictionary(text, text, { minKeys: 1 }), (fields) => {
      const form = new URLSearchParams(fields).toString()
      t.strictSame({ ...(readForm(Buffer.from(form)) as object) }, { ...fields })
    }),
  )
})
