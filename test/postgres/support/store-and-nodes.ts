await import('../../store/postgres/contract.test.ts')
await import('../../store/postgres/nodes.test.ts')
