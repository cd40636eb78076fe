import request from 'supertest'
import t from 'tap'
import { openRoom } from '../support/room.ts'

// What people type by hand: forms, JSON without its type, headers they forget.

t.test('a first session, typed by hand', async (t) => {
  const room = await openRoom(t)
  const api = request(room.url)

  const registered = await api
    .post('/v1/register')
    .type('form')
    .send('username=ann&password=correct+horse')
    .expect(201)
    .expect('content-type', /^application\/json/)
    .expect('cache-control', 'no-store')
  t.match(registered.body, {
    user: { id: Number, username: 'ann', createdAt: /Z$/, role: 'member' },
    token: String,
    tokenType: 'Bearer',
    expiresAt: /Z$/,
  })
  const ann = { Authorization: `bearer ${registered.body.token}` }

  const said = await api
    .post('/v1/messages/broadcast')
    .set(ann)
    .type('form')
    .send('{"text":"fish & chips, 100 %"}')
    .expect(201)
    .expect('location', '/v1/messages/1')
  t.equal(said.body.text, 'fish & chips, 100 %', 'JSON under curl’s own type')

  await api.post('/v1/messages/broadcast').set(ann).type('form').send('text=100 % sure').expect(201)
  const split = await api
    .post('/v1/messages/broadcast')
    .set(ann)
    .type('form')
    .send('text=fish & chips')
    .expect(400)
  t.match(JSON.stringify(split.body.errors), /--data-urlencode/)

  await api.post('/v1/logout').set(ann).type('text/plain').send('whatever').expect(204)
  await api
    .get('/v1/me')
    .set(ann)
    .expect(401)
    .expect('www-authenticate', /^Bearer error="invalid_token"/)
  await api.get('/v1/me').expect(401).expect('www-authenticate', 'Bearer')
})

t.test('the way to the documentation', async (t) => {
  const room = await openRoom(t)
  const api = request(room.url)
  await api.get('/docs/').expect(200).expect('content-type', /html/)
  await api
    .get('/openapi.json')
    .expect(200)
    .expect('content-type', /^application\/json/)
  const lost = await api.get('/v1/mesages').expect(404)
  t.match(lost.body.operations, [{ method: String, path: String, summary: String }])
  const asked = await api.get('/problems/recipient-offline').expect(200)
  t.match(JSON.stringify(asked.body), /whenOffline/)
})
