import { excerpt } from '../project/place.ts';
import type { Script } from '../project/types.ts';
import type { Finding } from '../report/model.ts';

/** Gives findings with an exact place the line of SQL they are about, with a caret below it. */
export function withExcerpts(findings: readonly Finding[], scripts: readonly Script[]): Finding[] {
  return findings.map((finding) => {
    const { line, column } = finding;
    if (column === undefined || finding.excerpt !== undefined) return finding;
    // Two scripts may share a file, each blanked where the other stands.
    const texts = scripts.filter(({ path }) => path === finding.path).map(({ text }) => text);
    const text = texts.find((candidate) => lineOf(candidate, line).trim() !== '');
    return text === undefined ? finding : { ...finding, excerpt: excerpt(text, { line, column }) };
  });
}

function lineOf(text: string, line: number): string {
  return text.split('\n', line)[line - 1] ?? '';
}
