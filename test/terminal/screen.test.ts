import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { formatNotice } from '../../src/terminal/format.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { Screen } from '../../src/terminal/screen.ts'
import { TerminalEmulator } from './support/terminal-emulator.ts'

const prompt = [{ text: '[ann] : ', style: 'plain' as const }]
const typed = (before: string, after = '') => ({ prompt, before, after, hidden: false })

function open(columns?: number, rows?: number) {
  const glass = new TerminalEmulator(columns, rows)
  return { glass, screen: new Screen(glass, plainPalette) }
}

t.test('what comes in stands above what is typed, with the cursor where it was', async (t) => {
  const { glass, screen } = open()
  screen.setInput(typed('hel', 'lo'))
  await setImmediate()
  screen.show(formatNotice('bob entered'))
  screen.show(formatNotice('cid entered'))
  await setImmediate()
  t.equal(glass.text, 'bob entered\ncid entered\n[ann] : hello')
  t.same(glass.cursor, { line: '[ann] : hello', column: 11 })
  t.equal(glass.modes.get(7), true)
  t.equal(glass.modes.get(25), true)
})

t.test('what comes at once is drawn once', async (t) => {
  const { glass, screen } = open()
  for (let n = 0; n < 50; n++) screen.show(formatNotice(`line ${n}`))
  screen.setInput(typed('hi'))
  await setImmediate()
  t.equal(glass.written.split('\x1b[?25l').length, 2)
  t.equal(glass.lines.length, 51)
})

t.test('a block of several rows moves down as one, also at the lower edge', async (t) => {
  const { glass, screen } = open(20, 5)
  screen.setInput(typed('0123456789abc', 'defghijklmnopqrstuvwxyz'))
  screen.draw()
  for (let n = 1; n <= 6; n++) {
    screen.show(formatNotice(`line ${n}`))
    screen.draw()
  }
  t.equal(
    glass.text,
    'line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n[ann] : 0123456789a\nbcdefghijklmnopqrst\nuvwxyz',
  )
  t.same(glass.cursor, { line: 'bcdefghijklmnopqrst', column: 2 })
})

t.test('a status stands above the line until it goes', async (t) => {
  const { glass, screen } = open()
  screen.setInput(typed('hi'))
  screen.setStatus(formatNotice('connection lost; trying again in 1 s'))
  screen.draw()
  screen.setStatus(formatNotice('connection lost; trying again in 3 s'))
  screen.show(formatNotice('news'))
  screen.draw()
  t.equal(glass.text, 'news\nconnection lost; trying again in 3 s\n[ann] : hi')
  screen.setStatus(undefined)
  screen.draw()
  t.equal(glass.text, 'news\n[ann] : hi')
  t.same(glass.cursor, { line: '[ann] : hi', column: 10 })
})

t.test('a line that was typed can stay, whole', async (t) => {
  const { glass, screen } = open(20, 2)
  screen.commitInput(typed('0123456789abcdefghijklmnopqrstuvwxyz'))
  screen.setInput(typed(''))
  await setImmediate()
  t.equal(glass.text, '[ann] : 0123456789a\nbcdefghijklmnopqrst\nuvwxyz\n[ann] :')
})

t.test('in a window made narrower the block is found again', async (t) => {
  const { glass, screen } = open(40, 10)
  screen.show(formatNotice('news'))
  screen.setInput(typed('0123456789abcdefghijklmnop', 'qrstuv'))
  screen.draw()
  // What such a terminal does: the row falls into two, and the cursor goes with its place.
  const narrow = new TerminalEmulator(20, 10)
  narrow.write('news\r\n[ann] : 0123456789ab\r\ncdefghijklmnopqrstuv\r\n\x1b[A\rcdefghijklmnop')
  glass.columns = 20
  glass.write = (text) => narrow.write(text)
  screen.resized()
  t.equal(narrow.text, 'news\n[ann] : 0123456789a\nbcdefghijklmnopqrst\nuv')
  t.same(narrow.cursor, { line: 'bcdefghijklmnopqrst', column: 15 })
})

t.test('a window made narrower breaks the rows above the cursor, too', async (t) => {
  const { glass, screen } = open(40, 10)
  screen.setInput(typed('0123456789abcdefghijklmnopqrstuvwxyz\n\nx'))
  screen.draw()
  glass.columns = 20
  glass.written = ''
  screen.resized()
  t.match(glass.written, /^\x1b\[\?25l\x1b\[4A\r\x1b\[J/)
})

t.test('Ctrl-L clears all but the line', async (t) => {
  const { glass, screen } = open()
  screen.show(formatNotice('old'))
  screen.setInput(typed('hi'))
  screen.draw()
  screen.clear()
  t.equal(glass.text, '[ann] : hi')
})

t.test('while it is withdrawn nothing is written', async (t) => {
  const { glass, screen } = open()
  screen.show(formatNotice('old'))
  screen.setInput(typed('hi'))
  screen.suspend()
  t.equal(glass.text, 'old')
  screen.show(formatNotice('new'))
  await setImmediate()
  t.equal(glass.text, 'old')
  screen.draw()
  t.equal(glass.text, 'old\nnew\n[ann] : hi')
  screen.setStatus(formatNotice('status'))
  screen.close()
  t.equal(glass.text, 'old\nnew')
  t.same(glass.cursor, { line: '', column: 0 })
})

t.test('a terminal that does not tell its size is taken for 80 by 24', async (t) => {
  const { glass, screen } = open(0, 0)
  screen.setInput(typed('x'.repeat(80)))
  glass.columns = 100
  Object.assign(glass, { columns: 0 })
  glass.write = (text) => t.match(text, /x{71}\r\nx{9}/)
  screen.draw()
})
