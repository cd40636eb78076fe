import type { PendingMessage } from '../state/pending-messages.ts'
import { explainFailure } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { useSeconds } from './clock.ts'
import { Icon } from './icons.tsx'
import { MessageText } from './message-text.tsx'
import { strings } from './preferences.ts'

/** The state of a message that is being sent, with the reason and the time of a retry. */
function Sending({ pending: { delay } }: { pending: PendingMessage }) {
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

/** A message that is not in the log yet: being sent, or failed. */
export function PendingItem({
  session,
  pending,
}: {
  session: ChatSession
  pending: PendingMessage
}) {
  const words = strings.value
  const { failure, text } = pending

  function edit(): void {
    const draft = session.drafts.get(pending.conversation)
    session.drafts.set(pending.conversation, draft === '' ? text : `${text}\n${draft}`)
    session.outbox.discard(pending)
    document.getElementById('composer')?.focus()
  }

  return (
    <li class={`message own first last ${failure === undefined ? 'pending' : 'failed'}`}>
      <div class="bubble">
        <p class="visually-hidden">{words.youHere}</p>
        <MessageText text={text} />
        {failure === undefined && <Sending pending={pending} />}
      </div>
      {failure !== undefined && (
        <div class="failure" role="alert">
          <Icon name="warning" />
          <p>
            <strong>{words.notSent}</strong> {explainFailure(failure, words)}
          </p>
          <button class="link" type="button" onClick={() => session.outbox.retry(pending)}>
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
