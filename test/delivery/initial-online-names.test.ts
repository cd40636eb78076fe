import t from 'tap'
import { initialOnlineNames } from '../../src/delivery/initial-online-names.ts'

/** So many people, each with a name of `letters` letters. */
function present(people: number, letters: string) {
  const names = Array.from({ length: people }, (_, index) => `${letters}${1000 + index}`)
  return { count: people, names: () => names }
}

t.test('up to a thousand people are named', async (t) => {
  t.equal(initialOnlineNames(present(1_000, 'guest'))?.length, 1_000)
  t.equal(initialOnlineNames(present(1_001, 'guest')), undefined)
  t.same(initialOnlineNames(present(0, '')), [])
})

t.test('names are told as far as 16 KiB of JSON, whatever letters they are made of', async (t) => {
  for (const letters of ['a'.repeat(28), '漢'.repeat(28), '𝒜'.repeat(28)]) {
    const each = Buffer.byteLength(JSON.stringify(`${letters}1000`)) + 1
    const most = Math.floor((16_384 - 1) / each)
    t.equal(initialOnlineNames(present(most, letters))?.length, most, letters)
    t.equal(initialOnlineNames(present(most + 1, letters)), undefined, letters)
  }
})
