import t from 'tap'
import { HeartbeatMonitor } from '../../src/client/heartbeat-monitor.ts'

/** Long enough for the heartbeat not to have been buffered, in ms. */
const longWait = 60

/** Reads a heartbeat at a time, after a wait. */
function readHeartbeat(monitor: HeartbeatMonitor, at: number, waitMs = longWait): void {
  monitor.onReadStarted(at - waitMs)
  monitor.onReceived(at)
  monitor.onHeartbeat(at)
}

/** The timeout of a read that starts right after data was received: three intervals. */
function timeoutOf(monitor: HeartbeatMonitor): number {
  monitor.onReceived(1e6)
  return monitor.onReadStarted(1e6)
}

t.test('a connection is dead after three missed heartbeats', async (t) => {
  const monitor = new HeartbeatMonitor(15_000)
  monitor.onConnected(1_000)
  t.equal(monitor.onReadStarted(1_000), 45_000)
  t.equal(monitor.onReadStarted(21_000), 25_000)
  monitor.onReceived(21_000)
  t.equal(monitor.onReadStarted(21_000), 45_000)
  t.notOk(monitor.isOverdue(36_000))
  t.ok(monitor.isOverdue(36_001))
})

t.test('a consumer that was slow waits for one heartbeat interval at least', async (t) => {
  const monitor = new HeartbeatMonitor(15_000)
  monitor.onConnected(0)
  t.equal(monitor.onReadStarted(500_000), 15_000)
})

t.test('the interval is learnt from the heartbeats', async (t) => {
  const monitor = new HeartbeatMonitor(15_000)
  monitor.onConnected(0)
  readHeartbeat(monitor, 400)
  t.equal(timeoutOf(monitor), 45_000, 'one heartbeat is no interval')
  readHeartbeat(monitor, 2_400)
  t.equal(timeoutOf(monitor), 6_000)
  readHeartbeat(monitor, 2_410)
  t.equal(timeoutOf(monitor), 1_500, 'no less than half a second')
  readHeartbeat(monitor, 62_410)
  t.equal(timeoutOf(monitor), 180_000, 'a longer one is learnt too')
  monitor.onTimeout()
  t.equal(timeoutOf(monitor), 45_000, 'a timeout forgets what was learnt')
})

t.test('buffered heartbeats do not count', async (t) => {
  const monitor = new HeartbeatMonitor(15_000)
  monitor.onConnected(0)
  readHeartbeat(monitor, 1_000)
  readHeartbeat(monitor, 1_001, 0)
  readHeartbeat(monitor, 3_000)
  t.equal(timeoutOf(monitor), 45_000)
  monitor.onConnected(50_000)
  readHeartbeat(monitor, 53_000)
  t.equal(timeoutOf(monitor), 45_000, 'nor does one of another connection')
})
