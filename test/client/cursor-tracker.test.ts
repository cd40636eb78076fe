import t from 'tap'
import { CursorTracker } from '../../src/client/cursor-tracker.ts'

t.test('the events of rooms are passed on, and others are not', async (t) => {
  const tracker = new CursorTracker(undefined)
  const data = '{"conversation":"everyone","upTo":3}'
  t.same(tracker.toEvent({ type: 'read', data, id: undefined, retry: undefined }), {
    type: 'read',
    read: { conversation: 'everyone', upTo: 3 },
    cursor: undefined,
  })
  const deleted = { type: 'room.deleted', data: '{"room":"x"}', id: '7-e', retry: undefined }
  t.same(tracker.toEvent(deleted), { type: 'room.deleted', deleted: { room: 'x' }, cursor: '7-e' })
  const odd = { type: 'something.new', data: 'not JSON', id: '8-e', retry: undefined }
  t.equal(tracker.toEvent(odd), undefined)
  t.equal(tracker.cursor, '8-e')
  t.throws(() => tracker.toEvent({ ...deleted, data: '"x"' }), { code: 'bad-answer' })
})
