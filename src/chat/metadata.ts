import { checkString } from './text-rules.ts'

/** Of nested objects and arrays, the outermost included. */
export const maxMetadataDepth = 8
/** Of fields and elements, on all levels together. */
export const maxMetadataValues = 200

export type Metadata = Record<string, unknown>

/**
 * The rule for the metadata of a message: what JSON keeps, so that it comes back equal. As I-JSON
 * (RFC 7493, section 2.2) it has no whole numbers that a double cannot tell from their neighbours.
 *
 * @param maxBytes of its JSON in UTF-8
 * @returns undefined if it is valid, otherwise what would be right
 */
export function checkMetadata(metadata: Metadata, maxBytes: number): string | undefined {
  const wrong = checkValues(metadata)
  if (wrong !== undefined) return wrong
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  return bytes > maxBytes
    ? `must be at most ${maxBytes} bytes of JSON, but has ${bytes}`
    : undefined
}

function checkValues(metadata: Metadata): string | undefined {
  let count = 0
  let level: object[] = [metadata]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxMetadataDepth) return `must be nested at most ${maxMetadataDepth} levels deep`
    const entries = level.flatMap((one) => Object.entries(one))
    count += entries.length
    if (count > maxMetadataValues) return `must hold at most ${maxMetadataValues} values`
    for (const [name, value] of entries) {
      const wrong = checkString(name) ?? checkScalar(value)
      if (wrong !== undefined) return wrong
    }
    level = entries.map(([, value]) => value).filter((value) => isObject(value))
  }
  return undefined
}

function checkScalar(value: unknown): string | undefined {
  if (typeof value === 'string') return checkString(value)
  if (typeof value !== 'number') return undefined
  const isExact =
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  return isExact
    ? undefined
    : `must hold whole numbers only from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}; send others as strings`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
