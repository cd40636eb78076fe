/** What a shell completes after `obrol`. */
export interface CompletionEntry {
  name: string
  summary: string
  takesFile: boolean
  /** The commands below it, such as `user list`. */
  below: readonly string[]
}

/** How each shell is told; the first line of each says how to have it. */
const scripts: Record<string, (commands: readonly CompletionEntry[]) => string> = {
  bash,
  zsh,
  fish,
}

export const shells = Object.keys(scripts)

/** `obrol completion SHELL`: the shell's own code; undefined for a shell that is not known. */
export function completion(
  shell: string,
  commands: readonly CompletionEntry[],
): string | undefined {
  return Object.hasOwn(scripts, shell) ? scripts[shell]?.(commands) : undefined
}

/** Where the function offers nothing, `-o default` has bash offer the names of files. */
function bash(commands: readonly CompletionEntry[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `# In ~/.bashrc: eval "$(obrol completion bash)"
_obrol() {
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$2"))
  elif [ "\${COMP_WORDS[1]}" = completion ]; then
    COMPREPLY=($(compgen -W '${shells.join(' ')}' -- "$2"))
  else
    case "\${COMP_WORDS[*]:1:COMP_CWORD-1}" in
${linesAfter(commands, (before, next) => `      '${before}') COMPREPLY=($(compgen -W '${next}' -- "$2")) ;;\n`)}    esac
  fi
}
complete -o default -F _obrol obrol
`
}

function zsh(commands: readonly CompletionEntry[]): string {
  const described = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}\n`,
  )
  return `# In ~/.zshrc, after compinit: eval "$(obrol completion zsh)"
_obrol() {
  local -a names=(
${described.join('')}    --help --version
  )
  if (( CURRENT == 2 )); then
    _describe command names
  elif [[ $words[2] == completion ]]; then
    _values shell ${shells.join(' ')}
  elif [[ $words[2] == (${namesOfFileCommands(commands, '|')}) ]]; then
    _files
  else
    case "\${(j: :)words[2,CURRENT-1]}" in
${linesAfter(commands, (before, next) => `      '${before}') compadd ${next} ;;\n`)}    esac
  fi
}
compdef _obrol obrol
`
}

function fish(commands: readonly CompletionEntry[]): string {
  const each = commands.map(
    ({ name, summary }) =>
      `complete -c obrol -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}\n`,
  )
  const after = (names: string) => `-n '__fish_seen_subcommand_from ${names}'`
  return `# In ~/.config/fish/config.fish: obrol completion fish | source
complete -c obrol -f
${each.join('')}complete -c obrol -n __fish_use_subcommand -l help -l version
complete -c obrol ${after('completion')} -a '${shells.join(' ')}'
complete -c obrol ${after(namesOfFileCommands(commands, ' '))} -F
${linesAfter(
  commands,
  (before, next) =>
    `complete -c obrol -n 'test "$(commandline -poc)" = "obrol ${before}"' -a '${next}'\n`,
)}`
}

/**
 * A line for each beginning of the commands below others, such as `admin` and `admin user`.
 *
 * @param line makes it of the beginning and the words that can follow, with blanks in between
 */
function linesAfter(
  commands: readonly CompletionEntry[],
  line: (before: string, next: string) => string,
): string {
  const following = new Map<string, Set<string>>()
  for (const { name, below } of commands)
    for (const words of below) {
      let before = name
      for (const word of words.split(' ')) {
        following.set(before, (following.get(before) ?? new Set()).add(word))
        before += ` ${word}`
      }
    }
  return [...following].map(([before, next]) => line(before, [...next].join(' '))).join('')
}

function namesOfFileCommands(commands: readonly CompletionEntry[], separator: string): string {
  return commands.flatMap(({ name, takesFile }) => (takesFile ? name : [])).join(separator)
}

/** Of ours no text has a quote in it, but the curved one, which no shell takes for one. */
function quoted(text: string): string {
  return `'${text}'`
}
