import t from 'tap'
import { checkMetadata, type Metadata } from '../../src/chat/metadata.ts'

/** An object in an object, and so on. */
const nested = (levels: number): Metadata => (levels === 1 ? {} : { a: nested(levels - 1) })
const flat = (values: number): Metadata =>
  Object.fromEntries(Array.from({ length: values }, (_, at) => [`k${at}`, at]))

t.test('metadata is any JSON object within its bounds', async (t) => {
  const valid: Metadata[] = [
    {},
    { a: 1, b: 'text', c: true, d: null, e: [1, [2, {}]], f: 0.1, g: -1e-7 },
    nested(8),
    flat(200),
    { list: Array(199).fill(0) },
    { most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER },
    JSON.parse('{"__proto__":{"constructor":1}}'),
  ]
  for (const metadata of valid)
    t.equal(checkMetadata(metadata, 4096), undefined, JSON.stringify(metadata))
})

t.test('its length is that of its JSON in UTF-8', async (t) => {
  t.equal(checkMetadata({ a: 'é€😀' }, 17), undefined)
  t.equal(checkMetadata({ a: 'é€😀' }, 16), 'must be at most 16 bytes of JSON, but has 17')
})

t.test('metadata that is too much, or would not come back equal, is refused', async (t) => {
  const refused: [Metadata, RegExp][] = [
    [nested(9), /at most 8 levels/],
    [{ a: [[[[[[[[]]]]]]]] }, /at most 8 levels/],
    [flat(201), /at most 200 values/],
    [{ list: Array(200).fill(0) }, /at most 200 values/],
    [{ id: 2 ** 53 }, /whole numbers only from -9007199254740991 to 9007199254740991/],
    [JSON.parse('{"huge":[1e400]}'), /whole numbers/],
    [{ a: { b: ['x\0'] } }, /U\+0000/],
    [{ a: '\uD83D' }, /lone surrogate/],
    [{ '\uD83D': 1 }, /lone surrogate/],
  ]
  for (const [metadata, detail] of refused)
    t.match(checkMetadata(metadata, 4096), detail, JSON.stringify(metadata))
})
