import { escapeInvisible } from './log-escapes.ts'
import { serializeRequest } from './log-events.ts'
import { logOutput } from './log-output.ts'

/** Where log lines are written. */
export interface LogStream {
  write(line: string): void
}

/** Fastify makes a logger of these. @param logStream default: standard output */
export function loggerOptions(level: string, logStream: LogStream = logOutput) {
  return {
    level,
    serializers: { req: serializeRequest },
    stream: { write: (line: string) => logStream.write(escapeInvisible(line)) },
  }
}
