import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { modelSuite } from '../model/suite.ts'
import { PostgresFixture } from './postgres-fixture.ts'

const full = process.env.OBROL_FAULTS === 'full'

if (postgresRuns) {
  await modelSuite(t, {
    name: 'whatever happens, several nodes do what the model says',
    createFixture: (t) => PostgresFixture.create(t, 3),
    runs: full ? 25 : 4,
  })
}
