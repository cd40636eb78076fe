import t from 'tap'
import { choosePalette, colourPalette, plainPalette } from '../../src/terminal/palette.ts'

t.test('colours are used at terminals, unless the environment says otherwise', async (t) => {
  const table: [env: NodeJS.ProcessEnv, isTerminal: boolean, coloured: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
  ]
  for (const [env, isTerminal, coloured] of table)
    t.equal(
      choosePalette(env, isTerminal),
      coloured ? colourPalette : plainPalette,
      JSON.stringify([env, isTerminal]),
    )
})

t.test('a colour ends where its text ends', async (t) => {
  t.equal(colourPalette({ text: 'no', style: 'refusal' }), '\x1b[31mno\x1b[0m')
  t.equal(colourPalette({ text: 'hi', style: 'plain' }), 'hi')
  t.equal(colourPalette({ text: '', style: 'refusal' }), '')
  t.equal(plainPalette({ text: 'no', style: 'refusal' }), 'no')
})

t.test('a user always has the same colour, and users differ', async (t) => {
  const colours = ['ann', 'bob', 'cid', 'dan', '你好'].map((text) => {
    const shown = colourPalette({ text, style: 'person' })
    t.equal(shown, colourPalette({ text, style: 'person' }))
    return shown.slice(0, shown.indexOf('m'))
  })
  t.ok(new Set(colours).size > 1)
})
