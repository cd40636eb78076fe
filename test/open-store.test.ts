import t from 'tap'
import { placeOf } from '../src/open-store.ts'

t.test('where everything is kept is told without names and passwords', async (t) => {
  t.same(placeOf({ databaseUrl: undefined, dataDir: './data' }), { dataDir: './data' })
  for (const [databaseUrl, database] of [
    ['postgres://db/chat', 'db/chat'],
    ['postgresql://ann:hunter2@db:5432/chat?sslmode=require', 'db:5432/chat'],
    ['POSTGRES://ann:hunter%402@a:1,b:2/chat', 'a:1,b:2/chat'],
    ['postgres://db/chat?password=hunter@2', 'db/chat'],
  ] as const)
    t.same(placeOf({ databaseUrl, dataDir: './data' }), { database })
})
