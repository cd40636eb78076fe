/**
 * The thread of the writer or of the reader, which never waits for the writer. It has one connection,
 * answers calls in order, and ends on the message `close`.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { connect } from './connection.ts'
import { createReader } from './reader.ts'
import {
  serializeError,
  type WorkerCall,
  type WorkerMessage,
  type WorkerOptions,
  type WorkerReply,
} from './worker-protocol.ts'
import { Writer } from './writer.ts'

type Calls = Record<string, (...args: unknown[]) => unknown>

const { role, file, maxPages } = workerData as WorkerOptions
const port = parentPort as NonNullable<typeof parentPort>
const connection = connect(file, { readonly: role === 'reader' })
if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`)

/** The time that the call under way was sent with. */
let timeOfCall: number | undefined
const clock = () => timeOfCall ?? Date.now()
const calls = (role === 'writer'
  ? new Writer(connection, clock)
  : createReader(connection, clock)) as unknown as Calls

port.on('message', (message: WorkerMessage) => {
  if (message === 'close') {
    connection.close()
    port.close()
  } else port.postMessage(message.map(handleCall) satisfies WorkerReply[])
})

function handleCall({ id, call, args, now }: WorkerCall): WorkerReply {
  timeOfCall = now
  try {
    return { id, value: calls[call]?.(...args) }
  } catch (error) {
    return { id, failure: serializeError(error) }
  }
}
