import { exampleOf, helpParts, languageOf, suggestionOf } from '../advice.ts';
import { TEXT } from '../limits.ts';
import type { Finding, Report } from '../model.ts';
import { plainLine } from '../plain.ts';
import { shorten } from '../shorten.ts';
import { errorAt } from '../told.ts';
import { details, fenced, prose } from './text.ts';
import type { View } from './view.ts';

/** The lines that findings of one rule are about, and how to do it safely; folded unless it is short or the first thing to read. */
export function wayOutOf(findings: readonly Finding[], unfolded: boolean, view: View): string {
  const lines = unfolded || findings.some(({ severity }) => severity === 'block') ? excerpts(findings, view) : [];
  const { prose: words } = helpParts(findings[0]?.help ?? '');
  const advice = words.trim() === '' ? [] : [`**What to do:** ${prose(words, TEXT.help)}`];
  const examples = examplesOf(findings, view);
  const all = [...lines, ...advice, ...examples].join('\n\n');
  if (unfolded || lines.length + examples.length === 0) return all;
  return details(lines.length > 0 ? 'The line, and what to do' : 'What to do', all);
}

/** Each line with a caret below the place, file by file. */
function excerpts(findings: readonly Finding[], { report }: View): string[] {
  const found = findings.flatMap((finding) => {
    const excerpt = finding.excerpt ?? errorAt(finding, report)?.excerpt;
    return excerpt === undefined ? [] : [{ path: finding.path, excerpt: shorten(excerpt, TEXT.excerpt) }];
  });
  const several = new Set(found.map(({ path }) => path)).size > 1;
  const lines = found.flatMap(({ path, excerpt }, index) => {
    const begins = several && found[index - 1]?.path !== path;
    return begins ? [`-- ${shorten(plainLine(path), TEXT.path)}`, excerpt] : [excerpt];
  });
  const language = found.every(({ path }) => path.endsWith('.sql')) ? 'sql' : 'text';
  return lines.length === 0 ? [] : [fenced(lines.join('\n'), language, TEXT.example)];
}

/** What was made for these places; the rule's own example only where nothing was. */
function examplesOf(findings: readonly Finding[], { report }: View): string[] {
  const made = [...new Set(findings.flatMap((finding) => suggestionOf(finding) ?? []))];
  const [first] = findings;
  const example = first === undefined || made.length > 0 ? undefined : exampleOf(first);
  return [...made.filter((text) => !isHint(text, findings, report)), ...(example === undefined ? [] : [example])].map(
    (text) => fenced(text, languageOf(text), TEXT.example),
  );
}

/** Whether the entry tells it already, as the error's hint. */
function isHint(text: string, findings: readonly Finding[], report: Report): boolean {
  return findings.some((finding) => errorAt(finding, report)?.hint === text);
}
