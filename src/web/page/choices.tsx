import { type Language, languages } from '../text/strings.ts'
import { chooseLanguage, chooseTheme, language, strings, type Theme, theme } from './preferences.ts'

interface ChoiceProps<T extends string> {
  name: string
  legend: string
  options: readonly (readonly [value: T, label: string, lang?: string])[]
  chosen: T
  onChoose(value: T): void
}

/** Radio buttons side by side. */
function Choice<T extends string>({ name, legend, options, chosen, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      <div class="choice-options">
        {options.map(([value, label, lang]) => (
          <label key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              onChange={() => onChoose(value)}
            />
            <span lang={lang}>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export function LanguageChoice() {
  const options = Object.entries(languages).map(
    ([value, label]) => [value as Language, label, value] as const,
  )
  return (
    <Choice
      name="language"
      legend={strings.value.language}
      options={options}
      chosen={language.value}
      onChoose={chooseLanguage}
    />
  )
}

export function ThemeChoice() {
  const { themeAuto, themeLight, themeDark } = strings.value
  const options: [Theme, string][] = [
    ['auto', themeAuto],
    ['light', themeLight],
    ['dark', themeDark],
  ]
  return (
    <Choice
      name="theme"
      legend={strings.value.theme}
      options={options}
      chosen={theme.value}
      onChoose={chooseTheme}
    />
  )
}
