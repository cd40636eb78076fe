import { computed, effect, signal } from '@preact/signals'
import { type Language, localeOf, pickLanguage, tables } from '../text/strings.ts'
import { Times } from '../text/times.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** `auto`: the theme of the device. */
export type Theme = 'auto' | 'light' | 'dark'

const loadTheme = () => load<Theme>('theme') ?? 'auto'
const loadLanguage = () => pickLanguage(load<string>('language') ?? null, navigator.languages)

export const theme = signal(loadTheme())
export const language = signal(loadLanguage())

/** The page's texts in the chosen language. */
export const strings = computed(() => tables[language.value])
export const times = computed(() => {
  const locale = localeOf(language.value, navigator.languages)
  return new Times(locale, strings.value)
})

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen
  save('theme', chosen)
}

export function chooseLanguage(chosen: Language): void {
  language.value = chosen
  save('language', chosen)
}

/** Applies the preferences to the document, also when they change here or in another tab. */
export function applyPreferences(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    document.documentElement.lang = language.value
  })
  onChangedElsewhere('theme', () => {
    theme.value = loadTheme()
  })
  onChangedElsewhere('language', () => {
    language.value = loadLanguage()
  })
}
