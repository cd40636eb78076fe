/** Who makes a call that writes. Whether they still may is judged in the transaction of the write. */
export type Caller = SessionCaller | { kind: 'console' }

/** Someone who is logged in. */
export type SessionCaller = { kind: 'session'; session: number }
