/**
 * Text that the runner of GitHub Actions prints and does not obey. It reads commands from both streams of a step:
 * `::error::` at the beginning of a line, after blanks, and the old `##[error]` anywhere in it (actions/runner,
 * ActionCommand.cs; what .NET takes for a blank is U+0085 too). A test's output or a file's name must not set outputs, or
 * hide words in the log.
 */
export function inert(text: string): string {
  return text.replace(/^((?:[^\S\n\r\u2028\u2029]|\u0085)*):(?=:)/gm, '$1\u02d0').replaceAll('##[', '## [');
}
