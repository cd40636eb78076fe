import t from 'tap'
import { parseServerAddress } from '../../src/terminal/server-address.ts'

t.test('an address is taken as people type it', async (t) => {
  const table: [typed: string, address: string | undefined][] = [
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['https://chat.example.org/room', 'https://chat.example.org/room'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['chat.example.org', 'http://chat.example.org/'],
    ['localhost:3000', 'http://localhost:3000/'],
    ['ftp://chat.example.org', undefined],
    ['http://ann:secret@chat.example.org', undefined],
    ['http://ann@chat.example.org', undefined],
    ['http://:secret@chat.example.org', undefined],
    ['no address', undefined],
    ['--loud', undefined],
  ]
  for (const [typed, address] of table) t.equal(parseServerAddress(typed)?.href, address, typed)
})
