/**
 * Text that the runner of GitHub Actions prints and does not obey. It reads commands from both streams of a step:
 * `::error::` at the beginning of a line, after blanks, and the old `##[error]` anywhere in it (actions/runner,
 * ActionCommand.cs). A test's output or a file's name must not set outputs, or hide words in the log.
 */
export function inert(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1\u02d0').replaceAll('##[', '## [');
}
