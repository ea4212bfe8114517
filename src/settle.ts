interface Where {
  readonly environment?: string | undefined;
  readonly database?: string | undefined;
}

/** A command of ours on a target, to be pasted into a shell: its words, and which target it is. */
export function commandOn(words: readonly string[], { environment, database }: Where = {}): string {
  return [
    ...words,
    ...(database === undefined ? [] : ['--database', database]),
    ...(environment === undefined ? [] : ['--environment', environment, '--database-url-env', 'DATABASE_URL']),
  ]
    .map(shellWord)
    .join(' ');
}

/** How a person says what became of a migration of which nobody else can: the same words wherever it is asked. */
export function howToSettle(id: string, where: Where = {}): string {
  // The command ends before the answer: pasted as it stands, it does nothing.
  return `Look at what is really there, then say so: applied, rolled-back or retry.\n  ${commandOn(['lockstep', 'resolve', id], where)} --as`;
}

/** As a shell reads it: one word, of which it makes nothing. */
export function shellWord(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
