import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { ifRangeMatches, isNotModified, readRange, type Validators } from './conditional-request.ts'

const compress = promisify(gzip)

/** A smaller file fits into one packet without compression. */
const minCompressBytes = 1024

const compressibleTypes = /^(?:text\/|application\/(?:json|javascript)|image\/svg)/

/** `Cache-Control` of files whose name changes with their content. */
export const immutable = 'public, max-age=31536000, immutable'

/** `Cache-Control` of files whose name stays: ask each time, which costs little with an `ETag`. */
export const revalidate = 'no-cache'

interface Variant extends Validators {
  readonly bytes: Buffer
  readonly encoding?: 'gzip'
}

/** A file that does not change while the server runs: in memory, compressed once, when first needed. */
export class StaticFile {
  /** Changes with the content, for the name of the file. */
  readonly version: string
  readonly #type: string
  readonly #load: () => Variant
  #loaded: Variant | undefined
  #compressed: Promise<Variant> | undefined

  /**
   * @param content a function is called now and at the first request: the content is not in memory before
   * @param modifiedAt in Unix milliseconds, where it is known
   */
  constructor(content: string | Buffer | (() => Buffer), type: string, modifiedAt?: number) {
    const seconds = modifiedAt && Math.floor(modifiedAt / 1000)
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const load = typeof bytes === 'function' ? bytes : () => bytes
    this.#type = type
    this.#load = () => variantOf(load(), seconds && seconds * 1000)
    this.version = versionOf(this.#load())
  }

  /** Reads a file from the disk. @throws where it cannot be read */
  static read(path: string | URL, type: string): StaticFile {
    return new StaticFile(readFileSync(path), type, statSync(path).mtimeMs)
  }

  /**
   * Answers a GET or HEAD with the whole, a range or 304 (RFC 9110, sections 13 and 14).
   *
   * @throws {Problem} `precondition-failed`, `range-not-satisfiable`
   */
  async send(
    { method, headers }: FastifyRequest,
    reply: FastifyReply,
    cacheControl: string,
  ): Promise<FastifyReply> {
    const variant = await this.#variantFor(headers['accept-encoding'])
    const { bytes, etag, modifiedAt, encoding } = variant
    reply.headers({ 'cache-control': this.#isChanged ? revalidate : cacheControl, etag })
    reply.header('accept-ranges', 'bytes')
    if (modifiedAt !== undefined) reply.header('last-modified', new Date(modifiedAt).toUTCString())
    if (this.#isCompressible) addVary(reply)
    // An empty stream: without a body, Fastify would answer a HEAD with `content-length: 0`.
    if (isNotModified(headers, variant)) return reply.code(304).send(Readable.from([]))

    const asked = method === 'GET' && ifRangeMatches(headers, variant) ? headers.range : undefined
    const range = readRange(asked, bytes.length)
    if (range === 'none') {
      reply.header('content-range', `bytes */${bytes.length}`)
      throw new Problem(
        'range-not-satisfiable',
        `The file has ${bytes.length} bytes: a range must begin before its end.`,
      )
    }
    reply.type(this.#type)
    if (encoding !== undefined) reply.header('content-encoding', encoding)
    if (range === undefined) return reply.send(bytes)
    const { start, end } = range
    reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${bytes.length}`)
    return reply.send(bytes.subarray(start, end))
  }

  get #plain(): Variant {
    this.#loaded ??= this.#load()
    return this.#loaded
  }

  /** A file that was replaced while the server runs has a name with the version of the old one. */
  get #isChanged(): boolean {
    return versionOf(this.#plain) !== this.version
  }

  get #isCompressible(): boolean {
    return this.#plain.bytes.length >= minCompressBytes && compressibleTypes.test(this.#type)
  }

  async #variantFor(accepted = ''): Promise<Variant> {
    const best = this.#isCompressible
      ? negotiate(accepted.toLowerCase(), ['gzip', 'identity'])
      : null
    if (best !== 'gzip') return this.#plain
    this.#compressed ??= this.#compress()
    return this.#compressed
  }

  async #compress(): Promise<Variant> {
    const { bytes, modifiedAt } = this.#plain
    return { ...variantOf(await compress(bytes, { level: 9 }), modifiedAt), encoding: 'gzip' }
  }
}

function versionOf({ etag }: Variant): string {
  return etag.slice(1, 9)
}

function variantOf(bytes: Buffer, modifiedAt: number | undefined): Variant {
  return { bytes, etag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`, modifiedAt }
}

function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary')
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`)
}
