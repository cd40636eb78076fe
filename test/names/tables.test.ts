import { readFileSync } from 'node:fs'
import t from 'tap'
import { tablesFrom } from '../../build/unicode-tables.ts'
import { parseMapping } from '../../src/names/parse-mapping.ts'
import { confusables, foldings, scripts, unicodeVersion } from '../../src/names/tables.ts'

const hex = (text: string) =>
  [...text].map((one) => (one.codePointAt(0) as number).toString(16).toUpperCase()).join(' ')

/** Unicode's files, rebuilt from the tables. */
function unicodeFiles(version: string) {
  const exceptions = parseMapping(foldings)
  const folded = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code))
    .map((one) => [one, exceptions.get(one) ?? one.toLowerCase()] as const)
    .filter(([one, to]) => one !== to)
  return {
    'confusables.txt': [
      '# confusables.txt',
      `# Version: ${version}`,
      ...[...parseMapping(confusables)].map(([from, to]) => `${hex(from)} ;\t${hex(to)} ;\tMA\t# `),
      // None of them can be met in a name.
      '007C ;\t006C ;\tMA\t# VERTICAL LINE',
      '212B ;\t0041 030A ;\tMA\t# ANGSTROM SIGN, which NFD takes apart',
    ].join('\n'),
    'CaseFolding.txt': [
      `# CaseFolding-${unicodeVersion}.txt`,
      ...folded.map(([from, to]) => `${hex(from)}; ${to.length > 2 ? 'F' : 'C'}; ${hex(to)}; # `),
      '0049; T; 0131; # LATIN CAPITAL LETTER I',
    ].join('\n'),
    'Scripts.txt': [
      `# Scripts-${unicodeVersion}.txt`,
      ...`Common Inherited ${scripts}`
        .trim()
        .split(/\s+/)
        .map((name) => `0041..005A    ; ${name} # `),
    ].join('\n'),
  }
}

t.test('the tables are what the build makes of Unicode’s files', async (t) => {
  const folder = t.testdir(unicodeFiles(unicodeVersion))
  const made = readFileSync(new URL('../../src/names/tables.ts', import.meta.url), 'utf8')
  t.equal(tablesFrom(folder), made)
})

t.test('files of different versions are refused', async (t) => {
  t.throws(() => tablesFrom(t.testdir(unicodeFiles('1.1.0'))), { message: '17.0.0 is not 1.1.0' })
})

t.test('the tables are of the Unicode version of this Node, or of a later one', async (t) => {
  t.ok(Number.parseFloat(process.versions.unicode as string) <= Number.parseFloat(unicodeVersion))
})
