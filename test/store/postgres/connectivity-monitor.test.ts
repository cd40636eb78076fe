import t from 'tap'
import { ConnectivityMonitor } from '../../../src/store/postgres/connectivity-monitor.ts'

t.test('a process that was frozen knows by the clock that it was disconnected', async (t) => {
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
  t.ok(monitor.recordContact(now + 10_000), 'a gap, but not disconnected')
  t.same(events, [])
  t.equal(monitor.connectedMs, 0, 'the connected time restarts')
  t.ok(monitor.recordContact(now + 21_000))
  t.same(events, ['disconnected'], 'before its timer')
  t.notOk(monitor.isUpToDate)
  monitor.markCaughtUp()
  monitor.markCaughtUp()
  t.same(events, ['disconnected', 'reconnected'])
  t.ok(monitor.isUpToDate)
})
