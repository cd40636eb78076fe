import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { LanguageChoice, ThemeChoice } from './choices.tsx'
import { signOut } from './current-session.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'

/** Theme, language and signing out. */
export function Settings({ session }: { session: ChatSession }) {
  const words = strings.value
  const dialog = useRef<HTMLDialogElement>(null)
  const failed = useSignal<unknown>(undefined)

  async function leave(): Promise<void> {
    failed.value = undefined
    try {
      await signOut()
    } catch (error) {
      failed.value = error
    }
  }

  return (
    <>
      <button
        class="icon-button"
        type="button"
        aria-label={words.settings}
        aria-haspopup="dialog"
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="gear" />
      </button>
      <dialog
        ref={dialog}
        class="settings"
        aria-labelledby="settings-title"
        // A click on the backdrop closes the dialog.
        closedby="any"
      >
        <div class="settings-body">
          <div class="settings-head">
            <h2 id="settings-title">{words.settings}</h2>
            <button
              class="icon-button"
              type="button"
              aria-label={words.close}
              onClick={() => dialog.current?.close()}
            >
              <Icon name="close" />
            </button>
          </div>
          <ThemeChoice />
          <LanguageChoice />
          <p class="settings-who">
            <bdi>{session.me}</bdi>
            <button class="button" type="button" onClick={leave}>
              {words.signOut}
            </button>
          </p>
          {failed.value !== undefined && (
            <p class="form-error" role="alert">
              {explain(failed.value, words).text}
            </p>
          )}
        </div>
      </dialog>
    </>
  )
}
