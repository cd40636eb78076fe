import { bad, type Expected, inBody, post, type Row } from './row.ts'

const register = (why: string, username: string, expected: Expected): Row =>
  bad(`a name with ${why}`, post('/v1/register', { username, password: 'long-enough' }), expected)

const misspelt: [why: string, name: string][] = [
  ['a mark first', '\u0301ann'],
  ['a mark after a digit', '1\u0301nn'],
  ['a mark after a dot', 'a.\u0301nn'],
  ['a mark after a hyphen', 'a-\u0301nn'],
  ['an enclosing mark first', '\u20ddann'],
  ['a space', 'an n'],
  ['a space first', ' ann'],
  ['a space last', 'ann '],
  ['a tab', 'an\tn'],
  ['a line feed', 'ann\n'],
  ['a carriage return', 'ann\r'],
  ['a no-break space', 'an\u00a0n'],
  ['an ideographic space', 'an\u3000n'],
  ['a zero width space', 'an\u200bn'],
  ['a zero width joiner', 'an\u200dn'],
  ['a zero width non-joiner', 'an\u200cn'],
  ['a word joiner', 'an\u2060n'],
  ['a byte order mark', '\ufeffann'],
  ['a soft hyphen', 'an\u00adn'],
  ['a right-to-left mark', 'an\u200fn'],
  ['a left-to-right mark', 'an\u200en'],
  ['a right-to-left override', '\u202eann'],
  ['an isolate', 'an\u2066n'],
  ['an emoji', 'ann\u{1f600}'],
  ['an emoji first', '\u{1f600}ann'],
  ['an emoji of parts', '\u{1f469}\u200d\u{1f4bb}'],
  ['a flag', '\u{1f1ee}\u{1f1e9}'],
  ['a keycap', '1\ufe0f\u20e3'],
  ['a tag', 'ann\u{e0041}'],
  ['a private character', 'ann\ue000'],
  ['a character of none', 'ann\u0378'],
  ['a noncharacter', 'ann\uffff'],
  ['a superscript', 'ann\u00b2'],
  ['a roman numeral', 'ann\u2167'],
  ['a circled digit', 'ann\u2460'],
  ['a fraction', 'ann\u00bd'],
  ['an at sign', 'ann@bob'],
  ['a slash', 'ann/bob'],
  ['a backslash', 'ann\\bob'],
  ['a colon', 'ann:bob'],
  ['a quote', 'ann"'],
  ['an apostrophe', "ann'"],
  ['a less-than sign', '<ann>'],
  ['a full-width slash', 'ann\uff0f'],
  ['a fraction slash', 'ann\u2044'],
  ['a plus sign', 'ann+bob'],
  ['an asterisk', 'ann*'],
  ['an escape', 'ann\u001b[31m'],
  ['a delete', 'ann\u007f'],
  ['a C1 control', 'ann\u0085'],
  ['a combining joiner first', '\u034fann'],
]

const badlyBegun: [why: string, name: string][] = [
  ['a dot first', '.ann'],
  ['a hyphen first', '-ann'],
  ['a low line first', '_ann'],
]

const mixed: [why: string, name: string, scripts: string][] = [
  ['Latin and Cyrillic', 'p\u0430ul', 'Latin and Cyrillic'],
  ['Cyrillic and Latin', '\u0430nn', 'Latin and Cyrillic'],
  ['Latin and Greek', 'b\u03bfb', 'Latin and Greek'],
  ['Greek and Latin', '\u0391nn', 'Latin and Greek'],
  ['Cyrillic and Greek', '\u0430\u03bf', 'Cyrillic and Greek'],
  ['Greek and Cyrillic', '\u03bf\u0430', 'Cyrillic and Greek'],
  ['all three', 'a\u0430\u03bf', 'Latin and Cyrillic and Greek'],
  ['a mathematical Latin letter and Cyrillic', '\u{1d41a}\u0431', 'Latin and Cyrillic'],
  ['a full-width Latin letter and Greek', '\uff41\u03b2', 'Latin and Greek'],
  ['a sign that folds to Greek, and Latin', '\u00b5ann', 'Latin and Greek'],
]

/** The same name, whatever it looks like as typed. */
const taken = ['ann', 'ANN', '\uff41\uff4e\uff4e', '\u{1d41a}\u{1d427}\u{1d427}', 'aN\uff2e']
const reserved = ['server', 'System', 'ADMIN', 'obrol', '\uff33erver', 'admi\u{1d427}']

/** Names that break a rule of their own, and names that are someone's. */
export const names = (): Row[] => [
  ...misspelt.map(([why, name]) =>
    register(why, name, inBody('username', /must hold only visible letters, .* but holds U\+/)),
  ),
  ...badlyBegun.map(([why, name]) => register(why, name, inBody('username', /must begin with/))),
  ...mixed.map(([why, name, scripts]) =>
    register(why, name, inBody('username', new RegExp(`characters of ${scripts}$`))),
  ),
  ...taken.map((name) => register(`the key of ann: ${name}`, name, { code: 'username-taken' })),
  ...reserved.map((name) => register(`a reserved key: ${name}`, name, { code: 'username-taken' })),
]
