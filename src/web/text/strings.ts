import { english, type Strings } from './english.ts'
import { indonesian } from './indonesian.ts'

export type { Strings }

/** The languages of the page, by their BCP 47 tag, as each calls itself. */
export const languages = { en: 'English', id: 'Bahasa Indonesia' } as const

export type Language = keyof typeof languages

export const tables: Readonly<Record<Language, Strings>> = { en: english, id: indonesian }

/**
 * The language to begin with: the one that was chosen, else the first of the reader's that the page
 * speaks, else English.
 *
 * @param preferred BCP 47 tags, best first
 */
export function pickLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const wanted = [chosen ?? '', ...preferred].map((tag) => tag.toLowerCase().replace(/-.*/, ''))
  // Browsers still say `in` for Indonesian, its code until 1989, here and there.
  const spoken = wanted.map((tag) => (tag === 'in' ? 'id' : tag)).find(isLanguage)
  return spoken ?? 'en'
}

/** How times are written: as the reader's region does where it speaks the language. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.startsWith(`${language}-`)) ?? language
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag)
}
