import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { completion, shells } from '../../src/commands/completion.ts'

const commands = [
  { name: 'serve', summary: 'run the server', takesFile: false, below: [] },
  { name: 'backup', summary: 'write a file: one', takesFile: true, below: [] },
  { name: 'restore', summary: 'read it', takesFile: true, below: [] },
  {
    name: 'admin',
    summary: 'look after it',
    takesFile: false,
    below: ['user list', 'user show', 'audit'],
  },
]

/** What bash offers where the cursor is at the end of the words. */
function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ')
  const program = `${completion('bash', commands)}
    COMP_WORDS=(obrol ${line}); COMP_CWORD=${words.length}
    _obrol obrol "\${COMP_WORDS[COMP_CWORD]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' })
  if (stderr) throw new Error(stderr)
  return stdout.split('\n').filter((name) => name !== '')
}

t.test('bash completes the commands, the shells, and files after all else', async (t) => {
  t.same(offered(''), ['serve', 'backup', 'restore', 'admin', '--help', '--version'])
  t.same(offered('se'), ['serve'])
  t.same(offered('--v'), ['--version'])
  t.same(offered('completion', ''), shells)
  t.same(offered('backup', 'some-'), [])
  t.same(offered('admin', ''), ['user', 'audit'])
  t.same(offered('admin', 'user', 's'), ['show'])
  t.same(offered('admin', 'user', 'show', ''), [])
  t.match(completion('bash', commands), 'complete -o default -F _obrol obrol')
})

t.test('zsh and fish are told what each command is for, and which take a file', async (t) => {
  const zsh = completion('zsh', commands)
  t.match(zsh, `'backup:write a file\\: one'`)
  t.match(zsh, '== (backup|restore) ]]')
  const fish = completion('fish', commands)
  t.match(fish, `-a backup -d 'write a file: one'\n`)
  t.match(fish, `from backup restore' -F\n`)
  t.match(zsh, `'admin user') compadd list show ;;`)
  t.match(fish, `= "obrol admin user"' -a 'list show'\n`)
  for (const script of [zsh, fish]) t.match(script, shells.join(' '))
})

t.test('the command line has it for the shells that are known', async (t) => {
  const run = (shell: string) =>
    spawnSync(
      process.execPath,
      [fileURLToPath(new URL('../../src/main.ts', import.meta.url)), 'completion', shell],
      { encoding: 'utf8' },
    )
  const { status, stdout } = run('fish')
  t.equal(status, 0)
  for (const name of ['serve', 'chat', 'completion']) t.match(stdout, ` -a ${name} -d '`)
  t.match(stdout, `from backup restore openapi' -F`)
  t.notMatch(stdout, /-d '.*'.*'/, 'no text ends its quotes')
  t.match(run('toString'), {
    status: 2,
    stderr: 'obrol: there is no completion for "toString", but for bash, zsh, fish\n',
  })
})
