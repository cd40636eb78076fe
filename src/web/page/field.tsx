import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'

interface FieldProps {
  id: string
  label: string
  hint?: string | undefined
  error: string | undefined
  type: 'text' | 'password'
  name: string
  autocomplete: 'username' | 'current-password' | 'new-password' | 'off'
  inputRef: RefObject<HTMLInputElement | null>
  value?: string
  onInput?(value: string): void
}

/** A labelled input with its hint or its error. */
export function Field(props: FieldProps) {
  const { id, label, hint, error, type, name, autocomplete, inputRef, value, onInput } = props
  const words = strings.value
  const revealed = useSignal(false)
  const secret = type === 'password'
  return (
    <div class={error === undefined ? 'field' : 'field has-error'}>
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          id={id}
          ref={inputRef}
          type={(secret && !revealed.value ? 'password' : 'text') as 'text'}
          name={name}
          autocomplete={autocomplete}
          autocapitalize={autocomplete === 'off' ? 'sentences' : 'none'}
          spellcheck={autocomplete === 'off'}
          defaultValue={value}
          onInput={(event) => onInput?.(event.currentTarget.value)}
          dir="auto"
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-note`}
        />
        {secret && (
          <button
            type="button"
            class="icon-button"
            aria-label={revealed.value ? words.hidePassword : words.showPassword}
            onClick={() => {
              revealed.value = !revealed.value
            }}
          >
            <Icon name={revealed.value ? 'eyeOff' : 'eye'} />
          </button>
        )}
      </div>
      <p id={`${id}-note`} class="note" aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  )
}
