/** A server under measurement, in a process of its own. */
export interface Server {
  port: number
  /** The port of its streams, if that is another node's. */
  streamPort?: number
  /** Its nodes, if there are several: posts go to each in turn. */
  ports?: readonly number[]
  pid: number
  /** From the start of its process until it listened, in ms, where that is measured. */
  startedInMs?: number
  /** Of all its nodes. */
  pids?: readonly number[]
  /** Of its database server, if it has one. */
  databasePid?: number
  /** The newest message in the log before the measurement (0). */
  head?: number
  /** The tokens of its users; empty if it has no accounts. */
  tokens: readonly string[]
  /** The path of a stream. */
  streamPath: string
  /** The bytes that mark a stream as live. */
  readyMark: string
  /** The n-th broadcast, from 0. */
  broadcast(n: number): Buffer
  stop(): Promise<void>
}

/** A way to start a server: the one to measure, or a baseline. */
export interface Contender {
  name: string
  /** @param people how many users must be able to connect */
  start(people: number): Promise<Server>
}

/** The core of the server; the load has the other. */
export const serverCore = 0
export const loadCore = 1
