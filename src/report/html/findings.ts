import { exampleOf, helpParts, suggestionOf } from '../advice.ts';
import { evidenceWords } from '../evidence-words.ts';
import { type Group, isOpen } from '../findings.ts';
import { HTML_AMOUNTS } from '../limits.ts';
import type { Finding, FindingSource } from '../model.ts';
import { shortName } from '../phrases.ts';
import { count } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { code, excerpt, folded, link, paragraph, place, prose, section } from './parts.ts';
import { groups, type Placed, stillOpen, type View } from './view.ts';

const WORDS = { block: 'blocks', warn: 'warning', info: 'note' } as const;
const SUPPRESSED_WORDS = { block: 'would block', warn: 'would warn', info: 'note' } as const;

const WORST_FIRST = ['block', 'warn', 'info'] as const;

const SOURCES: Readonly<Record<FindingSource, string>> = {
  squawk: 'found by Squawk',
  lockstep: "found by Lockstep's own lint",
  rehearsal: 'seen in the rehearsal',
  history: "seen in git's history",
  policy: 'seen in the settings',
};

/** All findings, the worst first; by rule, so that what there is to say about a rule is said once. */
export function findings(view: View): Markup[] {
  const suppressed = WORST_FIRST.flatMap((severity) =>
    view.findings.filter(({ item }) => item.severity === severity && !isOpen(item)),
  );
  return [
    part(
      'block',
      stillOpen(view.findings, 'block'),
      (n) => `${count(n, 'finding')} ${n === 1 ? 'blocks' : 'block'}`,
      view,
    ),
    part('warn', stillOpen(view.findings, 'warn'), (n) => count(n, 'warning'), view),
    part('info', stillOpen(view.findings, 'info'), (n) => count(n, 'note'), view),
    part('suppressed', suppressed, (n) => `${n} suppressed, with the reasons given`, view),
  ];
}

type Part = Finding['severity'] | 'suppressed';

function part(id: Part, members: readonly Placed<Finding>[], title: (number: number) => string, view: View): Markup {
  if (members.length === 0) return html``;
  const articles = (all: readonly Group<Placed<Finding>>[]): Markup =>
    html`${all.map((group) => article(group, id, view))}`;
  return section(id, title(members.length), folded(groups(members), HTML_AMOUNTS.rules[id], 'rules', articles));
}

function article({ first, members }: Group<Placed<Finding>>, id: Part, view: View): Markup {
  const { rule, severity, source, docsUrl, message, title } = first;
  const alone = members.length === 1;
  const alike = !alone && members.every(({ item }) => item.message === message);
  const places = (all: readonly Placed<Finding>[]): Markup =>
    html`${all.map((each) => onePlace(each, { withMessage: !alike, withSuggestion: !alone }, view))}`;
  const advised = advice(id === 'suppressed' ? 'The rule advises:' : 'What to do:', members);
  // Of many places nobody wants to read to the end before hearing what to do.
  const content = alone
    ? [places(members), advised, pasted(first)]
    : [alike && paragraph(message), advised, folded(members, HTML_AMOUNTS.placesOfRule[id], 'places', places)];
  return html`
<article class="finding ${id}">
<h3><span class="severity">${(id === 'suppressed' ? SUPPRESSED_WORDS : WORDS)[severity]}</span> ${title ?? html`<code>${rule}</code>`}</h3>
<p class="small">${link(docsUrl, html`<code>${rule}</code>`)} · ${SOURCES[source]}${!alone && ` · ${members.length} places`}</p>
${content}
</article>`;
}

/** The rule's example is of no use where every place has a suggestion of its own. */
function advice(label: string, members: readonly Placed<Finding>[]): Markup {
  const words = helpParts(members[0]?.item.help ?? '').prose;
  if (words === '') return html``;
  const [example] = members.flatMap(({ item }) => exampleOf(item) ?? []);
  return html`<p class="text"><strong>${label}</strong> ${prose(words)}</p>${example !== undefined && code(example)}`;
}

/** What to paste at one place. */
function pasted(finding: Finding): Markup | undefined {
  const text = suggestionOf(finding);
  return text === undefined ? undefined : code(text);
}

function labelledSuggestion(finding: Finding): Markup | undefined {
  const text = pasted(finding);
  return text && html`<p class="small">For this place:</p>${text}`;
}

interface Parts {
  readonly withMessage: boolean;
  readonly withSuggestion: boolean;
}

function onePlace({ item, anchor }: Placed<Finding>, { withMessage, withSuggestion }: Parts, view: View): Markup {
  const { message, impact, suppressed, inDiff } = item;
  const remarks = [evidenceWords(item), inDiff === false && 'not on a line of this change'];
  return html`
<div class="place" id="${anchor}">
<p class="where">${place(item, view.links)}${remarks.map((remark) => remark && html` <span class="small">· ${remark}</span>`)}</p>
${withMessage && paragraph(message)}
${impact && html`<p>While it runs, ${impact.blocks} on ${names(impact.relations.map(shortName))} wait.</p>`}
${suppressed && html`<p class="text"><strong>Reason:</strong> ${suppressed.reason}</p>`}
${item.excerpt !== undefined && excerpt(item.excerpt)}
${withSuggestion && labelledSuggestion(item)}
</div>`;
}

function names(all: readonly string[]): Markup {
  return html`${all.map((name, index) => html`${index > 0 && (index === all.length - 1 ? ' and ' : ', ')}<code>${name}</code>`)}`;
}
