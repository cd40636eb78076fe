import { scripts } from './tables.ts'

/** A script by Script_Extensions: a code point may belong to several scripts, or to all. */
export class Script {
  readonly name: string
  #characterPattern: RegExp | undefined
  #textPattern: RegExp | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Whether a code point belongs to this script. */
  has(character: string): boolean {
    this.#characterPattern ??= patternOf([this.name], '')
    return this.#characterPattern.test(character)
  }

  /** Whether a text can be of this script alone. */
  isAllOf(text: string): boolean {
    this.#textPattern ??= patternOf([this.name, 'Common', 'Inherited'], '*')
    return this.#textPattern.test(text)
  }
}

/**
 * The scripts most people write in (UAX #31, table 5) are tested first: compiling the pattern of a
 * script takes almost a millisecond.
 */
const recommended =
  'Latin Han Arabic Cyrillic Devanagari Bengali Greek Hangul Hiragana Katakana Hebrew Thai Tamil ' +
  'Telugu Armenian Bopomofo Ethiopic Georgian Gujarati Gurmukhi Kannada Khmer Lao Malayalam ' +
  'Myanmar Oriya Sinhala Thaana Tibetan'

const allScripts = [...new Set(`${recommended} ${scripts.trim()}`.split(/\s/))].map(
  (name) => new Script(name),
)

/** Latin may be mixed with the scripts of Japanese, Chinese and Korean (UTS #39, section 5.2). */
const allowedMixes = ['Hiragana Katakana', 'Bopomofo', 'Hangul'].map((others) =>
  patternOf(['Latin', 'Han', ...others.split(' '), 'Common', 'Inherited'], '*'),
)

/** Code points that belong to every script. */
const commonScripts = patternOf(['Common', 'Inherited'], '')

/**
 * Whether a text is of one script, or of a mix that UTS #39 calls highly restrictive: Latin with
 * Japanese, with Chinese and Bopomofo, or with Korean.
 */
export function isOfOneScript(text: string): boolean {
  return (
    allowedMixes.some((mix) => mix.test(text)) || allScripts.some((script) => script.isAllOf(text))
  )
}

/** The names of enough scripts to cover every code point of a text. */
export function scriptsOf(text: string): string[] {
  const found = new Set<Script>()
  for (const character of text) {
    if (commonScripts.test(character) || [...found].some((script) => script.has(character)))
      continue
    const script = allScripts.find((script) => script.has(character))
    if (script) found.add(script)
  }
  return allScripts
    .filter((script) => found.has(script))
    .map(({ name }) => name.replaceAll('_', ' '))
}

/** Matches text of these scripts only; nothing if this version of Node does not know one of them. */
function patternOf(names: readonly string[], times: '' | '*'): RegExp {
  const classes = names.map((name) => `\\p{scx=${name}}`).join('')
  try {
    return new RegExp(`^[${classes}]${times}$`, 'u')
  } catch {
    return /(?!)/
  }
}
