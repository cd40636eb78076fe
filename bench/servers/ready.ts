/** What a server of the bench tells once it listens. */
export interface Ready {
  port: number
  /** Those that its streams and posts need; empty where it knows no one. */
  tokens: string[]
}
