import t from 'tap'
import { Directory, type DirectoryAccess } from '../../src/chat/directory.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

async function open(access: DirectoryAccess = 'everyone') {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  for (const name of ['anna', 'bob']) await store.join(name)
  const directory = new Directory(store, access)
  const names = async (query: Parameters<Directory['list']>[1], caller = ann) =>
    (await directory.list(caller, query)).map(({ username }) => username)
  return { store, ann, directory, names }
}

t.test('one person is found by their name in any case', async (t) => {
  for (const access of ['everyone', 'exact', 'staff'] as const) {
    const { ann, directory } = await open(access)
    t.same(await directory.find('ANN'), ann.account)
    t.match(await refusalOf(() => directory.find('nobody')), { code: 'unknown-person' })
  }
})

t.test('people are found by the beginning of a name, or by a list of names', async (t) => {
  const { names, store } = await open()
  t.same(await names({ q: 'AN' }), ['ann', 'anna'])
  t.same(await names({ q: '' }), [])
  t.same(await names({ q: 'x'.repeat(200) }), [])
  t.notOk(store.calls.slice(-1).includes('byKeys'))
  t.same(await names({ usernames: 'Bob,nobody,ANN,bob' }), ['bob', 'ann'])
  t.same(await names({ usernames: Array(100).fill('bob').join() }), ['bob'])
  for (const query of [
    { usernames: Array(101).fill('bob').join() },
    {},
    { q: 'a', usernames: 'bob' },
  ])
    t.match(await refusalOf(() => names(query)), { code: 'invalid-request' })
})

t.test('where the directory is exact, whole usernames are found alone', async (t) => {
  const { names } = await open('exact')
  t.same(await names({ q: 'ann' }), ['ann'])
  t.same(await names({ q: 'an' }), [])
  t.same(await names({ usernames: 'anna,bob' }), ['anna', 'bob'])
})

t.test('where the directory is for staff, others list nobody', async (t) => {
  const { ann, names } = await open('staff')
  for (const query of [{ q: 'a' }, { usernames: 'bob' }])
    t.match(await refusalOf(() => names(query)), { code: 'forbidden' })
  for (const role of ['moderator', 'admin'] as const)
    t.same(await names({ q: 'b' }, { ...ann, account: { ...ann.account, role } }), ['bob'])
})
