/** The bytes from `start` on and before `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Reads the `Range` of a GET (RFC 9110, section 14.1.2). What is not one range of bytes, in the form
 * of the RFC, is as if it were not there: a server need not cut a file into many pieces.
 *
 * @param size of the whole, in bytes
 * @returns undefined: the whole; `none`: nothing of it lies in the range
 */
export function readRange(
  header: string | undefined,
  size: number,
): ByteRange | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? []
  if (first === '') {
    if (last === '') return undefined
    return Number(last) === 0 ? 'none' : { start: Math.max(0, size - Number(last)), end: size }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? 'none' : { start, end }
}
