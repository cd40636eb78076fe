import type { Test } from 'tap'
import type { OpenRoom } from './rooms.ts'

/** Who can be taken for whom, and by what people are found. */
export async function names(t: Test, open: OpenRoom): Promise<void> {
  await t.test('of names that look alike one can be registered', async (t) => {
    const room = await open(t)
    const register = (username: string) =>
      room.call('POST', '/v1/register', { body: { username, password: 'correct horse' } })
    for (const [name, ...alike] of [
      ['ace', 'асе', 'ACE', 'АСЕ'],
      ['Ivan', 'lvan', '1van'],
      ['Νίκος', 'ΝΊΚΟΣ', 'νίκοσ'],
      ['straße', 'STRASSE', 'STRAẞE'],
      ['corner', 'comer'],
      ['Νόα', 'ΝΌΑ'],
    ] as [string, ...string[]][]) {
      t.match(await register(name), { status: 201, body: { user: { username: name } } }, name)
      for (const other of alike) {
        t.equal((await register(other)).status, 409, `${other} beside ${name}`)
      }
    }
    for (const name of ['ɑdmin', 'admın', 'ADMlN', 'moderator', '0nline', 'Console']) {
      const { status, body } = await register(name)
      t.match({ status, type: body.type }, { status: 409, type: '/problems/username-taken' }, name)
      t.match(body.detail, 'reserved', name)
    }
    t.match(await register('аnn'), {
      status: 400,
      body: {
        errors: [{ pointer: '/username', detail: /must not mix scripts .* Latin and Cyrillic$/ }],
      },
    })
  })

  await t.test('of look-alikes who register at once one gets in', async (t) => {
    const room = await open(t)
    for (const names of [
      ['ace', 'асе', 'ACE'],
      ['Ivan', 'lvan', '1van'],
      ['Νίκος', 'ΝΊΚΟΣ'],
    ]) {
      const answers = await Promise.all(
        names.map((username) =>
          room.call('POST', '/v1/register', { body: { username, password: 'correct horse' } }),
        ),
      )
      const statuses = answers.map(({ status }) => status).sort()
      t.same(statuses, [201, ...names.slice(1).map(() => 409)], String(names))
    }
  })

  await t.test(
    'people are found by their names as typed in any case, and shown as typed',
    async (t) => {
      const room = await open(t)
      const ann = await room.join('Ann')
      for (const [name, ...typed] of [
        ['Νίκος', 'ΝΊΚΟΣ', 'νίκοσ', 'ΝΙ\u0301ΚΟς'],
        ['straße', 'STRASSE', 'STRAẞE', 'Strasse'],
        ['ﬁlip', 'FILIP', 'filip', 'ﬁＬip'],
        ['ᎠᎡᎢ', 'ꭰꭱꭲ'],
        ['ანა', 'ᲐᲜᲐ'],
        ['𐐀𐐁', '𐐨𐐩'],
        ['ılgın', 'ılgın'.normalize('NFD')],
        ['İnci', 'i\u0307NCI'],
        ['ｶﾅ', 'カナ'],
      ] as [string, ...string[]][]) {
        const guest = await room.join(name)
        for (const other of [name, ...typed]) {
          const again = await room.login(other, guest.password)
          t.match((await again.call('GET', '/v1/me')).body, { user: { username: name } }, other)
          const sent = await ann.direct(other, 'hi')
          t.match(sent, { status: 201, body: { from: 'Ann', to: name } }, other)
          const path = `/v1/messages?limit=1&with=${encodeURIComponent(other)}`
          t.same((await ann.call('GET', path)).body.messages, [sent.body], other)
          const after = `/v1/users/online?after=${encodeURIComponent(other)}`
          const { body } = await ann.call('GET', after)
          t.notOk(
            body.users.some(({ username }: { username: string }) => username === name),
            other,
          )
        }
      }
      const { body } = await ann.call('GET', '/v1/users/online')
      t.same(
        body.users.map(({ username }: { username: string }) => username),
        ['Ann', 'ﬁlip', 'İnci', 'straße', 'ılgın', 'Νίκος', 'ანა', 'ᎠᎡᎢ', 'ｶﾅ', '𐐀𐐁'],
        'by the code points of their keys',
      )
      t.equal((await ann.direct('lvan', 'hi')).status, 404)
      const path = '/v1/login'
      const wrong = { username: 'апп', password: 'Ann-password' }
      t.equal((await room.call('POST', path, { body: wrong })).status, 401)
    },
  )
}
