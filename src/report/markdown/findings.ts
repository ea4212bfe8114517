import { TEXT } from '../limits.ts';
import type { Finding } from '../model.ts';
import { byPlace, errorAt } from '../told.ts';
import { count } from '../words.ts';
import { errorContext } from './error.ts';
import type { Section } from './fit.ts';
import { listedSection } from './listed-findings.ts';
import { more, type Page, place, SEVERITY_ICONS } from './page.ts';
import { code, docsAddress, link, prose } from './text.ts';
import { wayOutOf } from './way-out.ts';

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
  const few = full.filter(({ severity }) => severity === 'block').length <= amounts.rulesUnfolded;
  const blocking = left.filter(({ severity }) => severity === 'block');
  const warnings = left.filter(({ severity }) => severity === 'warn');
  return [
    ...full.map((group) => groupSection(group, group.severity === 'block' && few, page)),
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

function groupSection({ rule, severity, findings }: Group, unfolded: boolean, page: Page): Section {
  const { title, docsUrl } = findings[0] ?? {};
  const name = link(code(rule, TEXT.name), docsAddress(docsUrl));
  const heading = title === undefined ? name : `${prose(title, TEXT.title)} · ${name}`;
  const number = findings.length === 1 ? '' : ` in ${findings.length} places`;
  const shown = findings.slice(0, page.amounts.placesOfRule);
  const beyond = findings.length - shown.length;
  const wayOut = wayOutOf(shown, unfolded, page);
  return {
    what: severity === 'block' ? 'findings' : 'warnings',
    rank: severity === 'block' ? 2 : 4,
    begin: `#### ${SEVERITY_ICONS[severity]} ${heading}${number}\n\n`,
    pieces: shown.map((finding) => entry(finding, page)),
    end: wayOut === '' ? '' : `\n\n${wayOut}`,
    beyond,
    more: (left) => (left === beyond ? `- and ${count(left, 'more place')}, listed below` : more('place', page)(left)),
  };
}

function entry(finding: Finding, page: Page): string {
  const { path, line, endLine, message } = finding;
  const error = errorAt(finding, page.report);
  const context = error === undefined ? '' : errorContext(error, message);
  return `- ${place(page, path, line, endLine)}: ${prose(message, TEXT.message)}${context}`;
}
