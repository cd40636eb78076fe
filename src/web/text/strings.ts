import { english, type Strings } from './english.ts'
import { indonesian } from './indonesian.ts'

export type { Strings }

/** The languages of the page by BCP 47 tag, with their own names. */
export const languages = { en: 'English', id: 'Bahasa Indonesia' } as const

export type Language = keyof typeof languages

export const tables: Readonly<Record<Language, Strings>> = { en: english, id: indonesian }

/**
 * The chosen language, else the first preferred one that the page has, else English.
 *
 * @param preferred BCP 47 tags, best first
 */
export function pickLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const wanted = [chosen ?? '', ...preferred].map((tag) => tag.toLowerCase().replace(/-.*/, ''))
  // Some browsers still use `in` for Indonesian, its code until 1989.
  const spoken = wanted.map((tag) => (tag === 'in' ? 'id' : tag)).find(isLanguage)
  return spoken ?? 'en'
}

/** The locale of times: the reader's region, if it has the language. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.startsWith(`${language}-`)) ?? language
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag)
}
