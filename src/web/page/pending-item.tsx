import type { Pending } from '../state/outbox.ts'
import { explainFailure } from '../text/explain.ts'
import { useSeconds } from './clock.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'
import { Text } from './text.tsx'
import type { Visit } from './visit.ts'

/** That it is on its way; where it was not taken for now, why, and when it is sent again. */
function Sending({ pending: { delay } }: { pending: Pending }) {
  const words = strings.value
  const now = useSeconds(delay !== undefined)
  if (delay === undefined) return <span class="sending">{words.sending}</span>
  const seconds = Math.ceil((delay.until - now) / 1000)
  return (
    <span class="sending" role="status">
      {words.sendingAgain(explainFailure(delay.failure, words), seconds)}
    </span>
  )
}

/** What one has said and the log does not hold yet: on its way, or refused with the reason. */
export function PendingItem({ visit, pending }: { visit: Visit; pending: Pending }) {
  const words = strings.value
  const { failure, text } = pending

  function edit(): void {
    const draft = visit.drafts.of(pending.conversation)
    visit.drafts.set(pending.conversation, draft === '' ? text : `${text}\n${draft}`)
    visit.mail.discard(pending)
    document.getElementById('composer')?.focus()
  }

  return (
    <li class={`message own first last ${failure === undefined ? 'pending' : 'failed'}`}>
      <div class="bubble">
        <p class="aloud">{words.youHere}</p>
        <Text text={text} />
        {failure === undefined && <Sending pending={pending} />}
      </div>
      {failure !== undefined && (
        <div class="failure" role="alert">
          <Icon name="warning" />
          <p>
            <strong>{words.notSent}</strong> {explainFailure(failure, words)}
          </p>
          <button class="link" type="button" onClick={() => visit.mail.retry(pending)}>
            {words.tryAgain}
          </button>
          <button class="link" type="button" onClick={edit}>
            {words.edit}
          </button>
        </div>
      )}
    </li>
  )
}
