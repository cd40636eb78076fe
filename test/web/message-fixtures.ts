import type { HistoryPage, Message } from '../../src/client/index.ts'

const start = Date.parse('2026-11-24T09:00:00Z')

/** A broadcast, sent so many seconds after nine. */
export function broadcastMessage(
  id: number,
  from: string,
  text = `${from} ${id}`,
  seconds = id,
): Message {
  const sentAt = new Date(start + seconds * 1000).toISOString()
  return { id, kind: 'broadcast', from, text, sentAt }
}

export function directMessage(
  id: number,
  from: string,
  to: string,
  text = `${from} ${id}`,
): Message {
  return { ...broadcastMessage(id, from, text), kind: 'direct', to }
}

export function roomMessage(id: number, from: string, room: string): Message {
  return { ...broadcastMessage(id, from), kind: 'room', room }
}

export function historyPage(messages: Message[], more: boolean): HistoryPage {
  return { messages, more, cursor: '0-00000000' }
}
