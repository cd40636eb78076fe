import t from 'tap'
import { SqliteFixture } from './model/sqlite-fixture.ts'
import { modelSuite } from './model/suite.ts'

const full = process.env.OBROL_FAULTS === 'full'

await modelSuite(t, {
  name: 'whatever happens, the server does what the model says',
  createFixture: (t) => SqliteFixture.create(t),
  runs: full ? 20 : 7,
})
