import { effect, type Signal } from '@preact/signals'
import { type Chat, mergeReadMarkers, type ReadMarkers, readMarkersOf } from '../state/chat.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

const storageKey = (me: string) => `marks.${me}`

export function loadReadMarkers(me: string): ReadMarkers {
  return load<ReadMarkers>(storageKey(me)) ?? {}
}

export function clearReadMarkers(me: string): void {
  save(storageKey(me), undefined)
}

/** Saves the chat's read markers, and takes over those of other tabs. Returns what stops it. */
export function syncReadMarkers(me: string, chat: Signal<Chat>): () => void {
  const stopSaving = effect(() => save(storageKey(me), readMarkersOf(chat.value)))
  const stopListening = onChangedElsewhere(storageKey(me), () => {
    chat.value = mergeReadMarkers(chat.value, loadReadMarkers(me))
  })
  return () => {
    stopSaving()
    stopListening()
  }
}
