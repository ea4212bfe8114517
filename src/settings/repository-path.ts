export const REPOSITORY_PATH_EXPECTED = "a path inside the repository, with '/', such as db/migrations";

/**
 * A path relative to the repository's root as git writes it: 'db/migrations' for './db//migrations/', '.' for the root.
 * undefined when it is absolute, leaves the repository, or holds characters that no such path has.
 */
export function repositoryPath(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
  if (text === '' || text.startsWith('/') || /[\u0000-\u001f\\]/.test(text)) return undefined;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return undefined;
  return parts.join('/') || '.';
}
