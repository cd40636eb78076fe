import t from 'tap'
import { ObrolError } from '../../../src/client/index.ts'
import { explain, explainAll, explainFailure, failureCode } from '../../../src/web/text/explain.ts'
import { tables } from '../../../src/web/text/strings.ts'

t.test('an error is explained in the reader’s language, at its field', async (t) => {
  const words = tables.id
  const refused = (
    code: 'invalid-request' | 'username-taken' | 'wrong-password',
    errors?: object[],
  ) => new ObrolError(code, code, { problem: { errors } as never })
  t.same(explain(refused('username-taken'), words), {
    field: 'username',
    text: words.problems['username-taken'],
  })
  t.equal(explain(refused('wrong-password'), words).field, 'password')
  const invalid = (pointer: string, detail: string) =>
    explain(refused('invalid-request', [{ pointer, detail }]), words)
  t.same(invalid('/username', 'must begin with a letter'), {
    field: 'username',
    text: words.badUsername,
  })
  const both = [
    { pointer: '/username', detail: 'must begin with a letter' },
    { pointer: '/password', detail: 'must be 12 to 256 characters long' },
    { pointer: '/elsewhere', detail: 'must not be' },
  ]
  t.same(explainAll(refused('invalid-request', both), words), [
    { field: 'username', text: words.badUsername },
    { field: 'password', text: words.badPassword('12') },
  ])
  t.equal(invalid('/username', 'must not mix scripts that').text, words.mixedScripts)
  t.same(invalid('/password', 'must be 12 to 256 characters long'), {
    field: 'password',
    text: words.badPassword('12'),
  })
  t.equal(invalid('/password', 'is missing').text, words.badPassword('8'))
  for (const detail of ['must not be one of the most common passwords', 'must not be the username'])
    t.equal(invalid('/password', detail).text, words.easyPassword)
  t.same(invalid('/name', 'must begin with a letter'), { field: 'title', text: words.badRoomName })
  t.same(invalid('/title', 'must not be blank'), { field: 'title', text: words.badTitle })
  t.same(invalid('/topic', 'must not be so long'), { field: 'topic', text: words.badTopic })
  t.equal(invalid('/text', 'must be at most 4000 characters long').text, words.tooLongFor('4000'))
  t.equal(invalid('/text', 'must not be blank').text, words.problems['invalid-request'])
  const parameter = refused('invalid-request', [{ parameter: 'limit', detail: 'must be 1 to 200' }])
  t.equal(explain(parameter, words).text, words.problems['invalid-request'])
  t.equal(explain(new Error('a bug'), words).text, words.problems['internal-error'])
  t.equal(explainFailure('of-a-newer-server', words), words.otherProblem)
  t.equal(failureCode(new ObrolError('network', 'gone')), 'network')
})
