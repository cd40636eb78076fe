import t from 'tap'
import {
  allEvents,
  areEventNames,
  eventSetOf,
  eventsRule,
  hasEvent,
  parseEvents,
  withoutEvent,
} from '../../src/delivery/event-names.ts'

t.test('a list names events, those that always come too', async (t) => {
  for (const text of ['message', 'message,typing', 'read,ready,heartbeat,reset,bye,read'])
    t.ok(areEventNames(text), text)
  for (const text of ['', 'message,', 'messages', 'message, read', 'MESSAGE', '__proto__'])
    t.notOk(areEventNames(text), text)
  t.match(
    eventsRule,
    /they are message, message\.updated.* read, user\.updated, ready, heartbeat, reset, bye$/,
  )
})

t.test('the same names in any order are the same set', async (t) => {
  const set = parseEvents('typing,message')
  t.equal(parseEvents('message,ready,typing,message'), set)
  t.notSame(parseEvents('message'), set)
  t.ok(hasEvent(set, 'typing'))
  t.notOk(hasEvent(set, 'message.updated'))
  t.equal(parseEvents('ready'), 0)
})

t.test('a list of all events is the same as none', async (t) => {
  const [, names = ''] = eventsRule.split('they are ')
  t.equal(parseEvents(names.replaceAll(', ', ',')), allEvents)
  t.equal(eventSetOf('ready'), 0)
})

t.test('one event is taken out of a set', async (t) => {
  t.equal(withoutEvent(parseEvents('typing,message'), 'typing'), parseEvents('message'))
  t.equal(withoutEvent(parseEvents('message'), 'typing'), parseEvents('message'))
})
