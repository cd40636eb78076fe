import { useSignal } from '@preact/signals'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { LanguageChoice, ThemeChoice } from './choices.tsx'
import { signOut } from './current-session.ts'
import { Dialog } from './dialog.tsx'
import { permission, setWanted, turnOn, wanted } from './notifier.ts'
import { strings } from './preferences.ts'

/** Theme, language, notifications and signing out. */
export function SettingsDialog({ session }: { session: ChatSession }) {
  const words = strings.value
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
    <Dialog title={words.settings}>
      <ThemeChoice />
      <LanguageChoice />
      <NotificationChoice />
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
    </Dialog>
  )
}

/** The browser asks for leave only when this button is pressed. */
function NotificationChoice() {
  const words = strings.value
  const allowed = permission.value
  const on = allowed === 'granted' && wanted.value
  const mayAsk = allowed === 'granted' || allowed === 'default'
  const toggle = () => (allowed === 'granted' ? setWanted(!wanted.value) : void turnOn())
  return (
    <section class="settings-notifications" aria-labelledby="notifications-title">
      <h3 id="notifications-title">{words.notifications}</h3>
      <p>
        {allowed === 'denied'
          ? words.notificationsDenied
          : allowed === 'unavailable'
            ? words.notificationsUnavailable
            : words.notificationsHint}
      </p>
      {mayAsk && (
        <button class="button" type="button" onClick={toggle}>
          {on ? words.notificationsOff : words.notificationsOn}
        </button>
      )}
    </section>
  )
}
