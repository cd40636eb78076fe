import t from 'tap'
import { storeLocation } from '../src/open-store.ts'

t.test('the location of the data is shown without user names and passwords', async (t) => {
  t.same(storeLocation({ databaseUrl: undefined, dataDir: './data' }), { dataDir: './data' })
  for (const [databaseUrl, database] of [
    ['postgres://db/chat', 'db/chat'],
    ['postgresql://ann:hunter2@db:5432/chat?sslmode=require', 'db:5432/chat'],
    ['POSTGRES://ann:hunter%402@a:1,b:2/chat', 'a:1,b:2/chat'],
    ['postgres://db/chat?password=hunter@2', 'db/chat'],
  ] as const)
    t.same(storeLocation({ databaseUrl, dataDir: './data' }), { database })
})
