/** The hint of an error as its authors write it: sentences, then an example, and sentences again. */

interface HintPart {
  readonly kind: 'prose' | 'example';
  /** Prose: a paragraph, whose line breaks are wanted. Example: its lines, not indented. */
  readonly text: string;
}

/**
 * An example is indented, or follows a line that ends with a colon. Wrapped sentences are put together again; a line that
 * begins with a capital begins a sentence.
 */
export function hintParts(hint: string): HintPart[] {
  const parts: { kind: HintPart['kind']; lines: string[] }[] = [];
  const lines = hint.split(/\r?\n/).map((line) => line.trimEnd());
  for (const line of lines) {
    const last = parts.at(-1);
    if (line === '') {
      if (last?.kind === 'example') last.lines.push('');
      continue;
    }
    const kind = isExample(line, last) ? 'example' : 'prose';
    if (last?.kind === kind) last.lines.push(line);
    else parts.push({ kind, lines: [line] });
  }
  return parts.map(({ kind, lines }) => ({ kind, text: kind === 'prose' ? paragraph(lines) : dedented(lines) }));
}

function isExample(
  line: string,
  last: { readonly kind: string; readonly lines: readonly string[] } | undefined,
): boolean {
  if (/^(?: {2}|\t)/.test(line)) return true;
  if (SENTENCE.test(line)) return false;
  if (last?.kind === 'prose') return last.lines.at(-1)?.endsWith(':') === true;
  // What began without an indentation goes on without one.
  return last?.kind === 'example' && /^\S/.test(last.lines[0] ?? '');
}

/** 'Looked into ...', 'A server ...'; not 'CREATE INDEX', which is SQL, nor 'migrations:', which is YAML. */
const SENTENCE = /^[A-Z][a-z'’]* [\w`(]/;

function paragraph(lines: readonly string[]): string {
  return lines.reduce((all, line) => `${all}${/^[A-Z]/.test(line) ? '\n' : ' '}${line}`);
}

function dedented(lines: readonly string[]): string {
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines
    .map((line) => line.slice(least))
    .join('\n')
    .trimEnd();
}

/** What an example of a hint is written in; text: nothing that has colours. */
export function languageOfHint(example: string): 'yaml' | 'sql' | 'sh' | 'text' {
  const first = example.split('\n').find((line) => line.trim() !== '') ?? '';
  if (/^(?:- )?[\w.-]+:(?:\s|$)/.test(first)) return 'yaml';
  if (/^(?:ALTER|BEGIN|COMMENT|CREATE|DELETE|DROP|GRANT|INSERT|SELECT|SET|UPDATE)\s|^-- /.test(first)) return 'sql';
  return /^(?:[A-Z_]+=\S* )?(?:apk|apt|apt-get|chmod|curl|docker|export|git|ls|lockstep|node|npm|npx|pg_ctl|psql|rm|sudo) /.test(
    first,
  )
    ? 'sh'
    : 'text';
}
