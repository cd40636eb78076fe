/** A worker of the store whose commits all fail, and which does not answer pings. */
import { parentPort } from 'node:worker_threads'
import {
  serializeError,
  type WorkerMessage,
  type WorkerReply,
} from '../../../src/store/sqlite/worker-protocol.ts'
import { OutcomeUnknown } from '../../../src/store/store-errors.ts'

// As `node --watch` does.
parentPort?.postMessage({ 'watch:import': [] })
parentPort?.on('message', (message: WorkerMessage) => {
  if (message === 'close') return parentPort?.close()
  const failure = serializeError(new OutcomeUnknown('the disk is gone'))
  const commits = message.filter(({ call }) => call !== 'ping')
  parentPort?.postMessage(commits.map(({ id }) => ({ id, failure })) satisfies WorkerReply[])
})
