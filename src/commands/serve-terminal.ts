import { logOutput } from '../http/logging/log-output.ts'
import type { RunningServer } from '../server.ts'
import { safeLine } from '../terminal/safe-text.ts'

/** pino's number for the level `warn`. */
const warnLevel = 40

/** What a person who starts the server in a terminal reads first. */
export function welcome({ url, hasAdmin }: Pick<RunningServer, 'url' | 'hasAdmin'>): string {
  const firstAdmin = '  No admin yet: `obrol admin user grant NAME admin` makes the first one.'
  return [
    'Obrol is running.',
    `  Chat page:  ${url}/`,
    `  API docs:   ${url}/docs`,
    `  OpenAPI:    ${url}/openapi.json`,
    ...(hasAdmin ? [] : [firstAdmin]),
    'Press Ctrl-C to stop it.\n',
  ].join('\n')
}

/** What a person who waits for the start sees besides. */
const progressEvents = ['upgrading', 'upgraded']

/** The log for a person at a terminal: a plain line for each warning, error and step of an upgrade. */
export const terminalLog = {
  write(line: string): void {
    const { level, event, msg, err } = JSON.parse(line)
    if (level < warnLevel && !progressEvents.includes(event)) return
    const words = [event, msg, err?.message].filter((word) => word !== undefined)
    logOutput.write(`${safeLine(words.join(': '))}\n`)
  },
}
