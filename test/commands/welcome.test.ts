import t from 'tap'
import { welcome } from '../../src/commands/serve-terminal.ts'

t.test('a server without an admin says how to make the first one', async (t) => {
  const url = 'http://127.0.0.1:3000'
  t.match(welcome({ url, hasAdmin: false }), 'obrol admin user grant NAME admin')
  t.notMatch(welcome({ url, hasAdmin: true }), 'admin')
})
