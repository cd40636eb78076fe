import { createHash } from 'node:crypto'
import t from 'tap'
import { hashToken, looksLikeToken, newToken } from '../../src/chat/token-format.ts'

/** Made with CRC-32 and SHA-256 of another language. */
const vectors = {
  obrol_00000000000000000000000000000000000003jnQlY:
    'faaf375b7548e24bcaefb86855b1a2cc6618549726526a00a194ade6277770b0',
  obrol_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4FKawa:
    'bd5c60e1336cadd1eae1cbc642b99a4346fdc3f9f99d220e4938d5bd9eee6100',
  obrol_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa33EDWO:
    '949db184b6bb908695eab7197faa14078a78d4516d9f929dfdee6e14e0301c70',
  // A small checksum, padded to six digits.
  obrol_5WqDA9SZPOsZy9sDvvwGbtCtp4w6O7TaEurMN00064G:
    '2944b52aa4451f829ac215edb03888ef0c2baf984a49fa6571eedcb4c72ce79a',
}

t.test('a token has a checksum, and is kept as its SHA-256', async (t) => {
  for (const [token, hash] of Object.entries(vectors)) t.equal(hashToken(token), hash, token)
})

t.test('a token is obrol_ and 43 characters of base 62, and each is another one', async (t) => {
  const tokens = Array.from({ length: 1000 }, newToken)
  t.equal(new Set(tokens).size, 1000)
  for (const token of tokens) {
    t.match(token, /^obrol_[0-9A-Za-z]{43}$/)
    t.ok(looksLikeToken(token))
    t.equal(hashToken(token), createHash('sha256').update(token).digest('hex'))
  }
  const drawn = new Set(tokens.flatMap((token) => [...token.slice(6, -6)]))
  t.equal(drawn.size, 62, 'all digits are drawn')
})

t.test('what is no token, or was mistyped, has no hash', async (t) => {
  const [token] = Object.keys(vectors) as [string]
  const wrong = {
    'another secret': `obrol_1${token.slice(7)}`,
    'another checksum': `${token.slice(0, -1)}Z`,
    'a character too few': token.slice(0, -1),
    'a character too many': `${token}0`,
    'another prefix': `Obrol_${token.slice(6)}`,
    'no prefix': token.slice(6),
    'a character of no base 62': token.replace('obrol_0', 'obrol_-'),
    'a line end': `${token}\n`,
    'two of them': `${token} ${token}`,
    'the prefix alone': 'obrol_',
    nothing: '',
  }
  for (const [what, text] of Object.entries(wrong)) t.equal(hashToken(text), undefined, what)
  t.notOk(looksLikeToken('eyJhbGciOiJIUzI1NiJ9.e30.c2ln'))
})
