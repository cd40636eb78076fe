/** A store's thread whose commits all fail, and which answers nothing else. */
import { parentPort } from 'node:worker_threads'
import { type Message, packed, type Reply } from '../../../src/store/sqlite/protocol.ts'
import { OutcomeUnknown } from '../../../src/store/store.ts'

parentPort?.on('message', (message: Message) => {
  if (message === 'close') return parentPort?.close()
  const failure = packed(new OutcomeUnknown('the disk is gone'))
  const commits = message.filter(({ call }) => call !== 'ping')
  parentPort?.postMessage(commits.map(({ id }) => ({ id, failure })) satisfies Reply[])
})
