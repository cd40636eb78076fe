import t from 'tap'
import { LineBuffer } from '../../src/terminal/line-buffer.ts'

/** A line whose cursor is written as a bar. */
function lineOf(marked: string): LineBuffer {
  const [before, after] = marked.split('|')
  const line = new LineBuffer()
  line.set(before as string)
  line.setAfter(after as string)
  return line
}

const marked = (line: LineBuffer) => `${line.before}|${line.after}`

type Edit = Exclude<keyof LineBuffer, 'text' | 'before' | 'after' | 'set' | 'setAfter' | 'insert'>

t.test('moving and deleting', async (t) => {
  const table: [edit: Edit, from: string, to: string][] = [
    ['left', 'ab|c', 'a|bc'],
    ['left', '|ab', '|ab'],
    ['left', 'a👩‍👩‍👧|b', 'a|👩‍👩‍👧b'],
    ['right', 'a|bc', 'ab|c'],
    ['right', 'ab|', 'ab|'],
    ['right', '|e\u0301x', 'e\u0301|x'],
    ['home', 'ab|c', '|abc'],
    ['end', 'a|bc', 'abc|'],
    ['wordLeft', 'one two-three  |', 'one two-|three  '],
    ['wordLeft', '  |', '|  '],
    ['wordRight', '|  one, two', '  one|, two'],
    ['wordRight', 'one|', 'one|'],
    ['deleteLeft', 'ae\u0301|b', 'a|b'],
    ['deleteLeft', '|b', '|b'],
    ['deleteRight', 'a|🇮🇩b', 'a|b'],
    ['deleteRight', 'a|', 'a|'],
    ['cutToStart', 'one |two', '|two'],
    ['cutToEnd', 'one |two', 'one |'],
    ['cutToBlank', 'one two-three  |x', 'one |x'],
    ['cutToBlank', '|x', '|x'],
    ['cutWordLeft', 'one two-three|', 'one two-|'],
    ['cutWordRight', 'one| two three', 'one| three'],
    ['transpose', 'ab|cd', 'acb|d'],
    ['transpose', 'abc|', 'acb|'],
    ['transpose', 'a|', '|a'],
    ['transpose', '|', '|'],
  ]
  for (const [edit, from, to] of table) {
    const line = lineOf(from)
    line[edit]()
    t.equal(marked(line), to, `${edit} ${from}`)
  }
})

t.test('yank inserts the text that was cut last', async (t) => {
  const line = lineOf('one two|')
  line.cutToBlank()
  line.home()
  line.cutToStart()
  line.yank()
  t.equal(marked(line), 'two|one ')
  t.equal(line.text, 'twoone ')
})

t.test('a typed combining mark joins its letter', async (t) => {
  const line = lineOf('e|x')
  line.insert('\u0301')
  line.deleteLeft()
  t.equal(marked(line), '|x')
})
