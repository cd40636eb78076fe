/** Asks once for each argument: within a transaction the answers cannot change. */
export function memoize<Argument, Answer>(ask: (argument: Argument) => Answer) {
  const answers = new Map<Argument, Answer>()
  return (argument: Argument): Answer => {
    if (!answers.has(argument)) answers.set(argument, ask(argument))
    return answers.get(argument) as Answer
  }
}
