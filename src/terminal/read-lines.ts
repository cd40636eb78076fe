import type { Readable } from 'node:stream'

/** The lines of a stream, each as soon as it is there; the last need not be ended. */
export async function* readLines(input: Readable): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of input.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() as string
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
  return undefined
}
