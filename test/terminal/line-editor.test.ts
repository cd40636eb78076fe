import t from 'tap'
import { type KeyResult, LineEditor, type LineOptions } from '../../src/terminal/line-editor.ts'
import { keys, keysOf } from './support/keys.ts'

/** Types into an editor. Resolves with all results but `edited`. */
async function type(
  editor: LineEditor,
  bytes: string,
  help: LineOptions = {},
): Promise<KeyResult[]> {
  const pressed = (await keysOf(bytes)).map(([typed, key]) => editor.press(typed, key, help))
  return pressed.filter(({ kind }) => kind !== 'edited')
}

t.test('editing keys work as in a shell', async (t) => {
  const { control } = keys
  const table: [about: string, bytes: string, marked: string][] = [
    ['typing', 'hello 你👍', 'hello 你👍|'],
    ['arrows', `abc${keys.left}${keys.left}X${keys.right}Y`, 'aXbY|c'],
    ['home and end', `abc${keys.home}X${keys.end}Y`, 'XabcY|'],
    ['Ctrl-A and Ctrl-E', `abc${control('a')}X${control('e')}Y`, 'XabcY|'],
    ['Ctrl-B and Ctrl-F', `abc${control('b')}${control('b')}X${control('f')}Y`, 'aXbY|c'],
    ['deleting', `abcd${keys.backspace}${keys.left}${keys.delete}`, 'ab|'],
    ['Ctrl-D in a line', `abc${keys.home}${control('d')}`, '|bc'],
    ['words', `one two${keys['C-left']}X${keys['C-left']}${keys['C-right']}Y`, 'one XtwoY|'],
    ['words with Alt', `one two${keys['M-b']}${keys['M-b']}${keys['M-f']}!`, 'one!| two'],
    ['cutting words', `one two three${keys['M-backspace']}${keys.home}${keys['M-d']}`, '| two '],
    ['Ctrl-W and Ctrl-Y', `one two${control('w')}${keys.home}${control('y')}`, 'two|one '],
    ['Ctrl-U', `one two${keys.left}${control('u')}`, '|o'],
    ['Ctrl-K', `one two${keys['M-b']}${control('k')}`, 'one |'],
    ['Ctrl-T', `ab${control('t')}`, 'ba|'],
    [
      'keys that do nothing',
      `a\x1b[15~${control('g')}\x1bz${keys.tab}${keys.up}${keys.down}`,
      'a|',
    ],
    ['a pasted text', `a${keys.paste('b\r\nc\rd\te\x07\x1b[A\n')}f`, 'ab\nc\nd\te[Af|'],
  ]
  for (const [about, bytes, marked] of table) {
    const editor = new LineEditor()
    t.same(await type(editor, bytes), [], about)
    t.equal(`${editor.line.before}|${editor.line.after}`, marked, about)
  }
})

t.test('keys that do more than edit', async (t) => {
  const { control } = keys
  const table: [bytes: string, pressed: KeyResult[]][] = [
    ['hi\r', [{ kind: 'line', text: 'hi' }]],
    ['hi\n', [{ kind: 'line', text: 'hi' }]],
    [`hi${control('c')}\r`, [{ kind: 'line', text: '' }]],
    [control('c'), [{ kind: 'interrupt' }]],
    [control('d'), [{ kind: 'end' }]],
    [control('l'), [{ kind: 'clear' }]],
    [control('z'), [{ kind: 'suspend' }]],
    [`${keys.paste('one\ntwo')}\r`, [{ kind: 'line', text: 'one\ntwo' }]],
  ]
  for (const [bytes, pressed] of table)
    t.same(await type(new LineEditor(), bytes), pressed, JSON.stringify(bytes))
})

t.test('Up and Down walk through the remembered lines', async (t) => {
  const editor = new LineEditor()
  await type(editor, 'login ann secret\r', { remembered: false })
  const help = { remembered: true }
  await type(editor, `one\rtwo\rdraft${keys.up}${keys.up}${keys.up}`, help)
  t.equal(editor.line.text, 'one')
  await type(editor, `${keys.down}${keys.down}`, help)
  t.equal(editor.line.text, 'draft')
  await type(editor, `${keys.control('p')}${keys.control('n')}!`, help)
  t.equal(editor.line.text, 'draft!')
})

t.test('Tab completes the common prefix, and a second Tab shows the candidates', async (t) => {
  const editor = new LineEditor()
  const help: LineOptions = {
    complete: (before) => {
      const word = before.slice(before.lastIndexOf(' ') + 1)
      return { word, candidates: ['sendall', 'sendto'].filter((name) => name.startsWith(word)) }
    },
  }
  await type(editor, `s${keys.tab}`, help)
  t.equal(editor.line.text, 'send')
  t.same(await type(editor, keys.tab, help), [
    { kind: 'choices', candidates: ['sendall', 'sendto'] },
  ])
  await type(editor, `a${keys.tab}`, help)
  t.equal(editor.line.text, 'sendall ')
  t.same(await type(editor, `x${keys.tab}${keys.tab}`, help), [], 'nothing fits')
  await type(editor, `${keys.control('u')} rest${keys.home}sendt${keys.tab}`, help)
  t.equal(`${editor.line.before}|${editor.line.after}`, 'sendto | rest')
})
