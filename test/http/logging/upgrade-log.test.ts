import t from 'tap'
import { upgradeLog } from '../../../src/http/logging/upgrade-log.ts'

t.test('an upgrade is logged in lines of the server’s log', async (t) => {
  const lines: Record<string, unknown>[] = []
  const logStream = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const tell = upgradeLog('info', logStream)
  const migration = '0005-rooms.sql'
  const copy = { file: '/data/obrol.db.before-0005', bytes: 1_000_001, until: new Date(0) }
  tell({ event: 'upgrading', migration })
  tell({ event: 'upgrading', migration, step: 'making the indexes' })
  tell({ event: 'upgrading', migration, step: 'copying the messages', percent: 10 })
  tell({ event: 'upgraded', migration, ms: 21_590 })
  tell({ event: 'upgrade copy kept', ...copy })
  tell({ event: 'upgrade copy deleted', ...copy })
  const until = '1970-01-01T00:00:00.000Z'
  t.match(lines, [
    { level: 30, event: 'upgrading', migration, msg: migration },
    { level: 30, step: 'making the indexes', msg: `${migration}: making the indexes` },
    { level: 30, percent: 10, msg: `${migration}: copying the messages, 10 %` },
    { level: 30, event: 'upgraded', ms: 21_590, msg: `${migration}, in 21.6 s` },
    {
      level: 40,
      event: 'upgrade copy kept',
      file: copy.file,
      bytes: copy.bytes,
      until,
      msg: `${copy.file}, the database from before an upgrade (2 MB), until ${until}`,
    },
    { level: 30, event: 'upgrade copy deleted', msg: copy.file },
  ])
})

t.test('its level is that of the log', async (t) => {
  const lines: string[] = []
  upgradeLog('warn', { write: (line) => void lines.push(line) })({
    event: 'upgraded',
    migration: '1.sql',
    ms: 1,
  })
  t.same(lines, [])
})
