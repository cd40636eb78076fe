import type { Pending } from '../state/outbox.ts'
import { explainFailure } from '../text/explain.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'
import { Text } from './text.tsx'
import type { Visit } from './visit.ts'

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
        {failure === undefined && <span class="sending">{words.sending}</span>}
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
