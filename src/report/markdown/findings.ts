import { evidenceWords } from '../evidence-words.ts';
import { type Group, groupsByRule, isOpen } from '../findings.ts';
import { TEXT } from '../limits.ts';
import type { Finding } from '../model.ts';
import { shortName } from '../phrases.ts';
import { errorAt } from '../told.ts';
import { count } from '../words.ts';
import { errorContext } from './error.ts';
import type { Part } from './fit.ts';
import { listedPart } from './listed-findings.ts';
import { code, link, ownDocs, prose } from './text.ts';
import { more, nameList, place, SEVERITY_ICONS, type View } from './view.ts';
import { wayOutOf } from './way-out.ts';

interface FindingParts {
  /** A part for each rule, the worst first. */
  readonly blocking: readonly Part[];
  readonly warnings: readonly Part[];
  /** In short what there are too many of. */
  readonly moreBlocking: Part;
  readonly moreWarnings: Part;
}

/** What is open and says no or warns. Notes are for another part. */
export function findingParts(view: View): FindingParts {
  const { amounts, report } = view;
  const open = report.findings.filter((finding) => isOpen(finding) && finding.severity !== 'info');
  const groups = groupsByRule(open, (finding) => finding);
  const full = groups.slice(0, amounts.rules);
  const left = [
    ...full.flatMap(({ members }) => members.slice(amounts.placesOfRule)),
    ...groups.slice(amounts.rules).flatMap(({ members }) => members),
  ];
  const of = (severity: Finding['severity']) => full.filter(({ first }) => first.severity === severity);
  const [blocking, warnings] = [of('block'), of('warn')];
  const few = blocking.length <= amounts.rulesUnfolded;
  const leftOf = (severity: Finding['severity']) => left.filter((finding) => finding.severity === severity);
  return {
    blocking: blocking.map((group) => rulePart(group, few, view)),
    warnings: warnings.map((group) => rulePart(group, false, view)),
    moreBlocking: listedPart(leftOf('block'), ['more finding that blocks', 'more findings that block'], view),
    moreWarnings: listedPart(leftOf('warn'), ['more warning', 'more warnings'], view),
  };
}

function rulePart({ first, members }: Group<Finding>, unfolded: boolean, view: View): Part {
  const { rule, severity, title, docsUrl } = first;
  const name = link(code(rule, TEXT.name), ownDocs(docsUrl));
  const heading = title === undefined ? name : `${prose(title, TEXT.title)} · ${name}`;
  const number = members.length === 1 ? '' : ` in ${members.length} places`;
  const shown = members.slice(0, view.amounts.placesOfRule);
  const beyond = members.length - shown.length;
  const wayOut = wayOutOf(shown, unfolded, view);
  return {
    what: severity === 'block' ? 'findings' : 'warnings',
    begin: `#### ${SEVERITY_ICONS[severity]} ${heading}${number}\n\n`,
    pieces: shown.map((finding) => entry(finding, view)),
    end: wayOut === '' ? '' : `\n\n${wayOut}`,
    beyond,
    more: (left) => (left === beyond ? `- and ${count(left, 'more place')}, listed below` : more('place', view)(left)),
  };
}

function entry(finding: Finding, view: View): string {
  const { path, line, endLine, message } = finding;
  const error = errorAt(finding, view.report);
  const context = error === undefined ? '' : errorContext(error, message);
  const known = evidenceWords(finding);
  const how = known === undefined ? '' : ` (${known})`;
  return `- ${place(view, path, line, endLine)}${how}: ${prose(message, TEXT.message)}${waits(finding)}${context}`;
}

/** What waits for it, where the message does not say so itself. */
function waits({ impact, message }: Finding): string {
  if (impact === undefined || /\bwaits?\b/.test(message)) return '';
  const end = /[.!?]\s*$/.test(message) ? '' : '.';
  return `${end} While it runs, ${impact.blocks} on ${nameList(impact.relations.map(shortName))} wait.`;
}
