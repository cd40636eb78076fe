await import('../../store/postgres/contract.test.ts')
await import('../../store/postgres/nodes.test.ts')
await import('../../store/postgres/counts.test.ts')
await import('../../store/postgres/node-lease.test.ts')
