import fc from 'fast-check'

const codePoint = fc
  .oneof(
    fc.integer({ min: 0x20, max: 0x24f }),
    // Combining marks, Greek and Cyrillic: where folding is at its hardest.
    fc.integer({ min: 0x300, max: 0x52f }),
    // Hangul's jamo, which compose, and the compatibility forms, which fold.
    fc.integer({ min: 0x1100, max: 0x11ff }),
    fc.integer({ min: 0xf900, max: 0xffff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  )
  .filter((code) => code < 0xd800 || code > 0xdfff)

/** Any well-formed string, rich in what is rare. */
export function anyText(maxLength = 20) {
  return fc.array(codePoint, { maxLength }).map((codePoints) => String.fromCodePoint(...codePoints))
}
