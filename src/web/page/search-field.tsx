import type { Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

interface SearchFieldProps {
  label: string
  query: Signal<string>
  /** Empty if there is none. */
  error: string
  onInput?(): void
  onSubmit(): void
}

/** The field above a list that it narrows. */
export function SearchField({ label, query, error, onInput, onSubmit }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => input.current?.focus(), [])
  return (
    <form
      class="find"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <label class="visually-hidden" for="find">
        {label}
      </label>
      <div class="find-box">
        <Icon name="search" />
        <input
          id="find"
          ref={input}
          type="text"
          placeholder={label}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="search"
          dir="auto"
          value={query.value}
          aria-invalid={error !== ''}
          aria-describedby="find-note"
          onInput={(event) => {
            query.value = event.currentTarget.value
            onInput?.()
          }}
        />
      </div>
      <p id="find-note" class="note" role="alert">
        {error}
      </p>
    </form>
  )
}
