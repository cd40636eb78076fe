import t from 'tap'
import { HeartbeatMonitor } from '../../src/client/heartbeat-monitor.ts'

/** Longer than a moment: what came was not waiting. */
const waited = 60

t.test('a line is dead after three silent heartbeats', async (t) => {
  const heartbeats = new HeartbeatMonitor(15_000)
  heartbeats.onConnected(1_000)
  t.equal(heartbeats.timeoutMs(1_000), 45_000)
  t.equal(heartbeats.timeoutMs(21_000), 25_000)
  heartbeats.onReceived(21_000)
  t.equal(heartbeats.timeoutMs(21_000), 45_000)
  t.notOk(heartbeats.isOverdue(36_000))
  t.ok(heartbeats.isOverdue(36_001))
})

t.test(
  'who was away for long finds heartbeats waiting, and so waits for one at most',
  async (t) => {
    const heartbeats = new HeartbeatMonitor(15_000)
    heartbeats.onConnected(0)
    t.equal(heartbeats.timeoutMs(500_000), 15_000)
  },
)

t.test('how far apart heartbeats are is learnt from them', async (t) => {
  const heartbeats = new HeartbeatMonitor(15_000)
  heartbeats.onConnected(0)
  heartbeats.onHeartbeat(400, waited)
  t.equal(heartbeats.timeoutMs(0), 45_000, 'one says nothing')
  heartbeats.onHeartbeat(2_400, waited)
  t.equal(heartbeats.timeoutMs(0), 6_000)
  heartbeats.onHeartbeat(2_410, waited)
  t.equal(heartbeats.timeoutMs(0), 1_500, 'no less than half a second each')
  heartbeats.onHeartbeat(62_410, waited)
  t.equal(heartbeats.timeoutMs(0), 180_000, 'longer, too')
  heartbeats.onTimeout()
  t.equal(heartbeats.timeoutMs(0), 45_000, 'what misled is forgotten')
})

t.test('heartbeats that were waiting to be read say nothing of their time', async (t) => {
  const heartbeats = new HeartbeatMonitor(15_000)
  heartbeats.onConnected(0)
  heartbeats.onHeartbeat(1_000, waited)
  heartbeats.onHeartbeat(1_001, 0)
  heartbeats.onHeartbeat(3_000, waited)
  t.equal(heartbeats.timeoutMs(0), 45_000)
  heartbeats.onConnected(50_000)
  heartbeats.onHeartbeat(53_000, waited)
  t.equal(heartbeats.timeoutMs(50_000), 45_000, 'nor does one of another line')
})
