/** A message as clients see it. */
export interface Message {
  id: number
  kind: 'broadcast' | 'direct'
  from: string
  to?: string
  text: string
  sentAt: string
}

/** Where a cursor stands, and what its reader must be told of it. */
export interface Placed {
  position: number
  reset: { reason: 'trimmed' | 'ahead' | 'rewound' | 'new-epoch'; from: number } | null
}

/** Which page of history. */
export interface PageWanted {
  after?: number
  before?: number
  limit: number
  with?: string
}
