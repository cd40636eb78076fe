import { cpuSeconds } from './processes.ts'

/** The prefix of the names of Obrol's store threads. */
const storeThreads = 'obrol-'

/** The measurements from its creation to `stop`. */
export interface Lap {
  seconds: number
  /** Of the server, with its threads and children. */
  serverCpu: number
  /** Of that, the share of Obrol's store threads. */
  storeCpu: number
  /** Of the load: near 1 its own core is the limit. */
  loadShare: number
}

/** Measures the time, the server's processor time and the load's. */
export function startWatch(pid: number): { stop(): Lap } {
  const began = performance.now()
  const server = cpuSeconds(pid)
  const store = cpuSeconds(pid, storeThreads)
  const load = process.cpuUsage()
  return {
    stop() {
      const seconds = (performance.now() - began) / 1000
      const { user, system } = process.cpuUsage(load)
      return {
        seconds,
        serverCpu: cpuSeconds(pid) - server,
        storeCpu: cpuSeconds(pid, storeThreads) - store,
        loadShare: (user + system) / 1e6 / seconds,
      }
    },
  }
}
