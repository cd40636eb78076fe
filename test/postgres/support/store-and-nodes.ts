await import('../../store/postgres/contract.test.ts')
await import('../../store/postgres/nodes.test.ts')
await import('../../store/postgres/rate-limit-counters.test.ts')
await import('../../store/postgres/node-lease.test.ts')
