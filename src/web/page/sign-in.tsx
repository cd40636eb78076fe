import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { ObrolClient } from '../../client/index.ts'
import { limits } from '../state/server-limits.ts'
import { type Explanation, explainAll } from '../text/explain.ts'
import { LanguageChoice } from './choices.tsx'
import { lastEndReason, startSession } from './current-session.ts'
import { Field } from './field.tsx'
import { Logo } from './icons.tsx'
import { strings } from './preferences.ts'

const endReasonTexts = {
  here: 'endedSignedOut',
  'logged-out': 'endedElsewhere',
  banned: 'endedBanned',
  'session-expired': 'endedExpired',
  unauthorized: 'endedExpired',
} as const

/** The form for signing in and for creating an account. */
export function SignIn() {
  const words = strings.value
  const registering = useSignal(false)
  const busy = useSignal(false)
  /** The error itself, because its text changes with the language. */
  const refusal = useSignal<{ error?: unknown; missing?: Explanation['field'][] } | undefined>(
    undefined,
  )
  const name = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => name.current?.focus(), [])

  const problems = explained()

  function explained(): Explanation[] {
    if (refusal.value === undefined) return []
    const { missing, error } = refusal.value
    return missing?.map((field) => ({ field, text: words.missing })) ?? explainAll(error, words)
  }

  function refuse(because: NonNullable<typeof refusal.value>): void {
    refusal.value = because
    const input = explained()[0]?.field === 'password' ? password : name
    input.current?.focus()
    input.current?.select()
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (busy.value || !name.current || !password.current) return
    const fields = [
      { field: 'username', input: name.current },
      { field: 'password', input: password.current },
    ] as const
    const missing = fields.flatMap(({ field, input }) => (input.value === '' ? [field] : []))
    if (missing.length > 0) return refuse({ missing })
    busy.value = true
    const client = new ObrolClient(new URL('.', document.baseURI).href, { timeoutMs: 20_000 })
    try {
      const who = [name.current.value, password.current.value] as const
      startSession(await (registering.value ? client.register(...who) : client.login(...who)))
    } catch (error) {
      refuse({ error })
    }
    busy.value = false
  }

  function toggleMode(): void {
    registering.value = !registering.value
    refusal.value = undefined
    name.current?.focus()
  }

  const problemOf = (field: Explanation['field']) =>
    problems.find((each) => each.field === field)?.text
  const reason = lastEndReason.value
  const label = registering.value ? words.signUp : words.signIn
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <header class="sign-in-head">
          <Logo />
          <h1>Obrol</h1>
          <p>{words.tagline}</p>
        </header>
        {reason !== undefined && !registering.value && (
          <p class="sign-in-reason" role="status">
            {words[endReasonTexts[reason]]}
          </p>
        )}
        <form class="sign-in-form" onSubmit={submit} noValidate aria-label={label}>
          <h2>{registering.value ? words.signUpLead : words.signInLead}</h2>
          <Field
            id="username"
            label={words.username}
            hint={registering.value ? words.usernameHint : undefined}
            error={problemOf('username')}
            inputRef={name}
            type="text"
            name="username"
            autocomplete="username"
          />
          <Field
            id="password"
            label={words.password}
            hint={registering.value ? words.passwordHint(limits.value.passwordMin) : undefined}
            error={problemOf('password')}
            inputRef={password}
            type="password"
            name="password"
            autocomplete={registering.value ? 'new-password' : 'current-password'}
          />
          {problemOf(undefined) && (
            <p class="form-error" role="alert">
              {problemOf(undefined)}
            </p>
          )}
          <button class="button primary wide" type="submit" aria-disabled={busy.value}>
            {busy.value ? <span class="spinner" aria-hidden="true" /> : null}
            {label}
          </button>
          <p class="sign-in-switch">
            {registering.value ? words.haveAccount : words.noAccount}{' '}
            <button type="button" class="link" onClick={toggleMode}>
              {registering.value ? words.signIn : words.signUp}
            </button>
          </p>
        </form>
      </div>
      <footer class="sign-in-foot">
        <LanguageChoice />
        <a href="docs">{words.apiDocs}</a>
      </footer>
    </main>
  )
}
