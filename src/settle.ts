/** How a person says what became of a migration of which nobody else can: the same words wherever it is asked. */
export function howToSettle(
  id: string,
  place: { readonly environment?: string; readonly database?: string | undefined } = {},
): string {
  const { environment, database } = place;
  const where = [
    ...(database === undefined ? [] : [` --database ${shellWord(database)}`]),
    ...(environment === undefined ? [] : [` --environment ${shellWord(environment)}`]),
  ].join('');
  // The command ends before the answer: pasted as it stands, it does nothing.
  return `Look at what is really there, then say so: applied, rolled-back or retry.\n  lockstep resolve ${shellWord(id)}${where} --as`;
}

/** As a shell reads it: one word, of which it makes nothing. */
export function shellWord(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
