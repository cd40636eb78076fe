import { type FastifyBaseLogger, fastify } from 'fastify'
import type { OnUpgrade, UpgradeEvent } from '../../store/upgrade-event.ts'
import { logOutput } from './log-output.ts'
import { type LogStream, loggerOptions } from './logger-options.ts'

/**
 * Logs upgrades of the store, which take place before there is an app with a logger. An upgrade keeps the
 * event loop busy, so each line is written at once.
 */
export function upgradeLog(level: string, logStream?: LogStream): OnUpgrade {
  let log: FastifyBaseLogger | undefined
  return (event) => {
    log ??= fastify({ logger: loggerOptions(level, logStream) }).log
    log[event.event === 'upgrade copy kept' ? 'warn' : 'info'](event, messageOf(event))
    logOutput.flush()
  }
}

function messageOf(event: UpgradeEvent): string {
  switch (event.event) {
    case 'upgrading': {
      const { migration, step, percent } = event
      const done = percent === undefined ? '' : `, ${percent} %`
      return step === undefined ? migration : `${migration}: ${step}${done}`
    }
    case 'upgraded':
      return `${event.migration}, in ${(event.ms / 1_000).toFixed(1)} s`
    case 'upgrade copy kept': {
      const megabytes = Math.ceil(event.bytes / 1_000_000)
      return `${event.file}, the database from before an upgrade (${megabytes} MB), until ${event.until.toISOString()}`
    }
    case 'upgrade copy deleted':
      return event.file
  }
}
