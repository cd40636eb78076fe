import { readFileSync } from 'node:fs'
import t from 'tap'
import { isCommonPassword } from '../src/common-passwords.ts'
import { packagePath } from '../src/package-files.ts'

t.test('the 10,000 most common passwords are known in any case', async (t) => {
  const [head, ...passwords] = readFileSync(packagePath('common-passwords/list.txt'), 'utf8')
    .trimEnd()
    .split('\n')
  t.match(head, /^# /)
  t.equal(new Set(passwords).size, 10_000)
  for (const password of [
    passwords[0] ?? '',
    passwords.at(-1) ?? '',
    'password',
    'PassWord',
    '12345678',
  ])
    t.equal(await isCommonPassword(password), true, password)
  for (const password of ['tall-ships', 'quiet-harbours', '', 'пароль'])
    t.equal(await isCommonPassword(password), false, password)
})
