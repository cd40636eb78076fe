import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { formatNotice } from '../../src/terminal/format.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { Screen } from '../../src/terminal/screen.ts'
import { TerminalEmulator } from './support/terminal-emulator.ts'

const prompt = [{ text: '[ann] : ', style: 'plain' as const }]
const typed = (before: string, after = '') => ({ prompt, before, after, hidden: false })

function open(columns?: number, rows?: number) {
  const terminal = new TerminalEmulator(columns, rows)
  return { terminal, screen: new Screen(terminal, plainPalette) }
}

t.test('output appears above the typed line, and the cursor stays', async (t) => {
  const { terminal, screen } = open()
  screen.setInput(typed('hel', 'lo'))
  await setImmediate()
  screen.show(formatNotice('bob entered'))
  screen.show(formatNotice('cid entered'))
  await setImmediate()
  t.equal(terminal.text, 'bob entered\ncid entered\n[ann] : hello')
  t.same(terminal.cursor, { line: '[ann] : hello', column: 11 })
  t.equal(terminal.modes.get(7), true)
  t.equal(terminal.modes.get(25), true)
})

t.test('changes of one event-loop turn are drawn once', async (t) => {
  const { terminal, screen } = open()
  for (let n = 0; n < 50; n++) screen.show(formatNotice(`line ${n}`))
  screen.setInput(typed('hi'))
  await setImmediate()
  t.equal(terminal.written.split('\x1b[?25l').length, 2)
  t.equal(terminal.lines.length, 51)
})

t.test('a block of several rows moves down, also at the lower edge', async (t) => {
  const { terminal, screen } = open(20, 5)
  screen.setInput(typed('0123456789abc', 'defghijklmnopqrstuvwxyz'))
  screen.draw()
  for (let n = 1; n <= 6; n++) {
    screen.show(formatNotice(`line ${n}`))
    screen.draw()
  }
  t.equal(
    terminal.text,
    'line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n[ann] : 0123456789a\nbcdefghijklmnopqrst\nuvwxyz',
  )
  t.same(terminal.cursor, { line: 'bcdefghijklmnopqrst', column: 2 })
})

t.test('a status is shown above the typed line until it is removed', async (t) => {
  const { terminal, screen } = open()
  screen.setInput(typed('hi'))
  screen.setStatus(formatNotice('connection lost; trying again in 1 s'))
  screen.draw()
  screen.setStatus(formatNotice('connection lost; trying again in 3 s'))
  screen.show(formatNotice('news'))
  screen.draw()
  t.equal(terminal.text, 'news\nconnection lost; trying again in 3 s\n[ann] : hi')
  screen.setStatus(undefined)
  screen.draw()
  t.equal(terminal.text, 'news\n[ann] : hi')
  t.same(terminal.cursor, { line: '[ann] : hi', column: 10 })
})

t.test('an entered line can stay as output, with all its rows', async (t) => {
  const { terminal, screen } = open(20, 2)
  screen.commitInput(typed('0123456789abcdefghijklmnopqrstuvwxyz'))
  screen.setInput(typed(''))
  await setImmediate()
  t.equal(terminal.text, '[ann] : 0123456789a\nbcdefghijklmnopqrst\nuvwxyz\n[ann] :')
})

t.test('the block is erased correctly after the window became narrower', async (t) => {
  const { terminal, screen } = open(40, 10)
  screen.show(formatNotice('news'))
  screen.setInput(typed('0123456789abcdefghijklmnop', 'qrstuv'))
  screen.draw()
  // Such a terminal wraps the row, and the cursor moves with its text.
  const narrow = new TerminalEmulator(20, 10)
  narrow.write('news\r\n[ann] : 0123456789ab\r\ncdefghijklmnopqrstuv\r\n\x1b[A\rcdefghijklmnop')
  terminal.columns = 20
  terminal.write = (text) => narrow.write(text)
  screen.resized()
  t.equal(narrow.text, 'news\n[ann] : 0123456789a\nbcdefghijklmnopqrst\nuv')
  t.same(narrow.cursor, { line: 'bcdefghijklmnopqrst', column: 15 })
})

t.test('a window made narrower breaks the rows above the cursor, too', async (t) => {
  const { terminal, screen } = open(40, 10)
  screen.setInput(typed('0123456789abcdefghijklmnopqrstuvwxyz\n\nx'))
  screen.draw()
  terminal.columns = 20
  terminal.written = ''
  screen.resized()
  t.match(terminal.written, /^\x1b\[\?25l\x1b\[4A\r\x1b\[J/)
})

t.test('clear keeps only the typed line', async (t) => {
  const { terminal, screen } = open()
  screen.show(formatNotice('old'))
  screen.setInput(typed('hi'))
  screen.draw()
  screen.clear()
  t.equal(terminal.text, '[ann] : hi')
})

t.test('a suspended screen writes nothing', async (t) => {
  const { terminal, screen } = open()
  screen.show(formatNotice('old'))
  screen.setInput(typed('hi'))
  screen.suspend()
  t.equal(terminal.text, 'old')
  screen.show(formatNotice('new'))
  await setImmediate()
  t.equal(terminal.text, 'old')
  screen.draw()
  t.equal(terminal.text, 'old\nnew\n[ann] : hi')
  screen.setStatus(formatNotice('status'))
  screen.close()
  t.equal(terminal.text, 'old\nnew')
  t.same(terminal.cursor, { line: '', column: 0 })
})

t.test('a terminal of unknown size is taken for 80 by 24', async (t) => {
  const { terminal, screen } = open(0, 0)
  screen.setInput(typed('x'.repeat(80)))
  terminal.columns = 100
  Object.assign(terminal, { columns: 0 })
  terminal.write = (text) => t.match(text, /x{71}\r\nx{9}/)
  screen.draw()
})
