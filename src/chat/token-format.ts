import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 220 bits. */
const secretLength = 37

/** Six digits of base 62 hold 32 bits. */
const checksumLength = 6

const prefix = 'obrol_'
const pattern = /^obrol_[0-9A-Za-z]{43}$/

/**
 * Draws a token for programs: `obrol_`, 37 random characters of base 62 and 6 of a checksum. By the prefix
 * and the checksum, scanners for secrets find it in files and can be sure.
 */
export function newToken(): string {
  const secret = Array.from({ length: secretLength }, () => digits[randomInt(digits.length)])
  return withChecksum(secret.join(''))
}

/** Whether it is meant as a token for programs. */
export function looksLikeToken(token: string): boolean {
  return token.startsWith(prefix)
}

/**
 * The SHA-256 in hex under which a token is kept. A fast hash is enough, because nobody can guess 220 bits.
 *
 * @returns undefined where its form or its checksum is wrong: then no store has it
 */
export function hashToken(token: string): string | undefined {
  const secret = token.slice(prefix.length, -checksumLength)
  if (!pattern.test(token) || token !== withChecksum(secret)) return undefined
  return createHash('sha256').update(token).digest('hex')
}

/** The checksum is the CRC-32 (RFC 1952, section 8) of the secret in base 62, the highest digit first. */
function withChecksum(secret: string): string {
  let rest = crc32(secret)
  let checksum = ''
  while (checksum.length < checksumLength) {
    checksum = digits.charAt(rest % digits.length) + checksum
    rest = Math.floor(rest / digits.length)
  }
  return prefix + secret + checksum
}
