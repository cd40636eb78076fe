/** Who makes a call that writes. Whether they still may is judged in the transaction of the write. */
export type Caller = { kind: 'session'; session: number }
