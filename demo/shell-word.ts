/** A word of a command line, as one types it for sh. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./$-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
