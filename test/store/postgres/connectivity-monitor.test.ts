import t from 'tap'
import { ConnectivityMonitor } from '../../../src/store/postgres/connectivity-monitor.ts'

t.test('a process that was stopped knows by the clock that contact was lost', async (t) => {
  const events: string[] = []
  const monitor = new ConnectivityMonitor({
    maxStalenessMs: 1_000,
    gapMs: 5_000,
    disconnectAfterMs: 10_000,
    onDisconnected: () => events.push('disconnected'),
    onReconnected: () => events.push('reconnected'),
  })
  t.teardown(() => monitor.close())
  const now = performance.now()
  t.notOk(monitor.recordContact(now + 4_000), 'no gap')
  t.ok(monitor.recordContact(now + 10_000), 'a gap, and nothing lost by it')
  t.same(events, [])
  t.equal(monitor.connectedMs, 0, 'the time in touch begins anew')
  t.ok(monitor.recordContact(now + 21_000))
  t.same(events, ['disconnected'], 'before its timer could tell')
  t.notOk(monitor.isUpToDate)
  monitor.markCaughtUp()
  monitor.markCaughtUp()
  t.same(events, ['disconnected', 'reconnected'])
  t.ok(monitor.isUpToDate)
})
