import { TEXT } from '../limits.ts';
import type { Finding } from '../model.ts';
import { byPlace, errorAt, helpParts } from '../told.ts';
import { count } from '../words.ts';
import { errorContext } from './error.ts';
import type { Section } from './fit.ts';
import { listedSection } from './listed-findings.ts';
import { more, type Page, place, SEVERITY_ICONS } from './page.ts';
import { code, details, docsAddress, fenced, languageOf, link, prose } from './text.ts';

/** Findings of one rule with one way out of it: what is to be done is said once. */
interface Group {
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly findings: readonly Finding[];
}

/**
 * What is open, rule by rule, the worst first; then in short what there are too many of. Notes are for another section.
 */
export function findingSections(page: Page): Section[] {
  const { amounts, report } = page;
  const open = report.findings.filter(({ suppressed, severity }) => suppressed === undefined && severity !== 'info');
  const groups = groupsOf(open);
  const full = groups.slice(0, amounts.rules);
  const left = [
    ...full.flatMap(({ findings }) => findings.slice(amounts.placesOfRule)),
    ...groups.slice(amounts.rules).flatMap(({ findings }) => findings),
  ];
  const blocking = left.filter(({ severity }) => severity === 'block');
  const warnings = left.filter(({ severity }) => severity === 'warn');
  return [
    ...full.map((group) => groupSection(group, page)),
    listedSection(
      blocking,
      `${count(blocking.length, 'more finding')} that ${blocking.length === 1 ? 'blocks' : 'block'}`,
      3,
      page,
    ),
    listedSection(warnings, count(warnings.length, 'more warning'), 6, page),
  ];
}

function groupsOf(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.severity, finding.rule, finding.help]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const all = [...groups.values()].flatMap((group): Group[] => {
    const [first] = group;
    return first === undefined ? [] : [{ rule: first.rule, severity: first.severity, findings: inOrder(group) }];
  });
  return all.sort((a, b) => weight(a) - weight(b));
}

/** What stops running code is the worst. */
function weight({ severity, findings }: Group): number {
  if (severity !== 'block') return 2;
  return findings.some(({ impact }) => impact !== undefined) ? 0 : 1;
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const paths = [...new Set(findings.map(({ path }) => path))];
  const order = new Map(paths.map((path, index) => [path, index]));
  return [...findings].sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) || byPlace(a, b));
}

function groupSection({ rule, severity, findings }: Group, page: Page): Section {
  const title = `#### ${SEVERITY_ICONS[severity]} ${link(code(rule, TEXT.name), docsAddress(findings[0]?.docsUrl))}`;
  const number = findings.length === 1 ? '' : ` in ${findings.length} places`;
  const shown = findings.slice(0, page.amounts.placesOfRule);
  const beyond = findings.length - shown.length;
  const [only] = findings.length === 1 ? findings : [];
  const safely = only === undefined ? helpOf(findings) : helpOf([only], suggestionOf(only));
  return {
    what: severity === 'block' ? 'findings' : 'warnings',
    rank: severity === 'block' ? 2 : 4,
    begin: `${title}${number}\n\n`,
    pieces: shown.map((finding) => entry(finding, only === undefined, page)),
    end: safely === '' ? '' : `\n\n${safely}`,
    beyond,
    more: (left) => (left === beyond ? `- and ${count(left, 'more place')}, listed below` : more('place', page)(left)),
  };
}

/** A place and what is wrong there, with the line itself where it blocks. */
function entry(finding: Finding, withSuggestion: boolean, page: Page): string {
  const { path, line, endLine, message, severity } = finding;
  const error = errorAt(finding, page.report);
  const excerpt = finding.excerpt ?? error?.excerpt;
  const suggestion = withSuggestion ? suggestionOf(finding) : undefined;
  return [
    `- ${place(page, path, line, endLine)}: ${prose(message, TEXT.message)}${error === undefined ? '' : errorContext(error, message)}`,
    ...(excerpt === undefined || severity !== 'block'
      ? []
      : [fenced(excerpt, path.endsWith('.sql') ? 'sql' : 'text', TEXT.excerpt, '  ')]),
    ...(suggestion === undefined ? [] : [fenced(suggestion, languageOf(suggestion), TEXT.example, '  ')]),
  ].join('\n\n');
}

/** SQL or YAML made for this case. What the help says anyway, or Postgres' hint, is none. */
function suggestionOf({ suggestion, help }: Finding): string | undefined {
  return suggestion === undefined || suggestion.trim() === '' || help.includes(suggestion) ? undefined : suggestion;
}

/** How to do it safely: example and words of the rule, or what was made for this case. Only what blocks takes much room. */
function helpOf(findings: readonly Finding[], suggestion?: string): string {
  const [first] = findings;
  const { prose: words, example } = helpParts(first?.help ?? '');
  const answered = findings.every((finding) => suggestionOf(finding) !== undefined);
  const shown = suggestion ?? (answered ? '' : example);
  const code = shown.trim() === '' ? [] : [fenced(shown, languageOf(shown), TEXT.example)];
  return [
    ...(words.trim() === '' ? [] : [`**What to do:** ${prose(words, TEXT.help)}`]),
    ...(first?.severity === 'block' ? code : code.map((text) => details('Example', text))),
  ].join('\n\n');
}
