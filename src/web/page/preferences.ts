import { computed, effect, signal } from '@preact/signals'
import { type Language, localeOf, pickLanguage, tables } from '../text/strings.ts'
import { Times } from '../text/times.ts'
import { keep, onKeptElsewhere, recall } from './storage.ts'

/** `auto`: like the device. */
export type Theme = 'auto' | 'light' | 'dark'

const themeKept = () => recall<Theme>('theme') ?? 'auto'
const languageKept = () => pickLanguage(recall<string>('language') ?? null, navigator.languages)

export const theme = signal(themeKept())
export const language = signal(languageKept())

/** The sentences of the page, in the language that is chosen. */
export const strings = computed(() => tables[language.value])
export const times = computed(() => {
  const locale = localeOf(language.value, navigator.languages)
  return new Times(locale, strings.value)
})

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen
  keep('theme', chosen)
}

export function chooseLanguage(chosen: Language): void {
  language.value = chosen
  keep('language', chosen)
}

/** Puts the choices into the document, now and whenever they change, here or in another tab. */
export function followPreferences(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    document.documentElement.lang = language.value
  })
  onKeptElsewhere('theme', () => {
    theme.value = themeKept()
  })
  onKeptElsewhere('language', () => {
    language.value = languageKept()
  })
}
