import type { Evidence, Finding, FindingSource } from '../model.ts';
import { count } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { code, excerpt, folded, link, paragraph, place, prose, section, splitAdvice } from './parts.ts';
import { type Group, groups, type Placed, stillOpen, type View } from './view.ts';

/** How many rules are shown unfolded, and how many places of each. */
const MOST_RULES = { block: 25, warn: 12, info: 3, suppressed: 12 } as const;
const MOST_PLACES = { block: 6, warn: 3, info: 2, suppressed: 6 } as const;

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

const EVIDENCE: Readonly<Record<Evidence, string | undefined>> = {
  confirmed: 'confirmed by the rehearsal',
  refuted: 'refuted by the rehearsal',
  unproven: undefined,
  'trace-only': 'seen in the rehearsal only',
};

/** All findings, the worst first; by rule, so that what there is to say about a rule is said once. */
export function findings(view: View): Markup[] {
  const suppressed = WORST_FIRST.flatMap((severity) =>
    view.findings.filter(({ item }) => item.severity === severity && item.suppressed !== undefined),
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
  const articles = (all: readonly Group[]): Markup => html`${all.map((group) => article(group, id, view))}`;
  return section(id, title(members.length), folded(groups(members), MOST_RULES[id], 'rules', articles));
}

function article({ first, members }: Group, id: Part, view: View): Markup {
  const { rule, severity, source, docsUrl, message, title } = first;
  const alone = members.length === 1;
  const alike = !alone && members.every(({ item }) => item.message === message);
  const places = (all: readonly Placed<Finding>[]): Markup =>
    html`${all.map((each) => onePlace(each, { withMessage: !alike, withSuggestion: !alone }, view))}`;
  const advised = advice(id === 'suppressed' ? 'The rule advises:' : 'What to do:', members);
  // Of many places nobody wants to read to the end before hearing what to do.
  const content = alone
    ? [places(members), advised, suggestion(first)]
    : [alike && paragraph(message), advised, folded(members, MOST_PLACES[id], 'places', places)];
  return html`
<article class="finding ${id}">
<h3><span class="severity">${(id === 'suppressed' ? SUPPRESSED_WORDS : WORDS)[severity]}</span> ${title ?? html`<code>${rule}</code>`}</h3>
<p class="small">${link(docsUrl, html`<code>${rule}</code>`)} · ${SOURCES[source]}${!alone && ` · ${members.length} places`}</p>
${content}
</article>`;
}

/** The rule's example is of no use where every place has a suggestion of its own. */
function advice(label: string, members: Group['members']): Markup {
  const { words, example } = splitAdvice(members[0]?.item.help ?? '');
  if (words === '') return html``;
  const suggested = members.every(({ item }) => suggestion(item) !== undefined);
  return html`<p class="text"><strong>${label}</strong> ${prose(words)}</p>${!suggested && example !== undefined && code(example)}`;
}

/** What to paste at one place, unless the advice says it in so many words. */
function suggestion({ suggestion: text, help }: Finding): Markup | undefined {
  return text === undefined || splitAdvice(help).words.includes(text) ? undefined : code(text);
}

function labelledSuggestion(finding: Finding): Markup | undefined {
  const text = suggestion(finding);
  return text && html`<p class="small">For this place:</p>${text}`;
}

interface Parts {
  readonly withMessage: boolean;
  readonly withSuggestion: boolean;
}

function onePlace({ item, anchor }: Placed<Finding>, { withMessage, withSuggestion }: Parts, view: View): Markup {
  const { message, impact, suppressed, source, evidence, inDiff } = item;
  // Of what other sources say there is no doubt.
  const isLint = source === 'squawk' || source === 'lockstep';
  const remarks = [isLint && EVIDENCE[evidence], inDiff === false && 'not on a line of this change'];
  return html`
<div class="place" id="${anchor}">
<p class="where">${place(item, view.links)}${remarks.map((remark) => remark && html` <span class="small">· ${remark}</span>`)}</p>
${withMessage && paragraph(message)}
${impact && html`<p>While it runs, ${impact.blocks} on ${names(impact.relations)} wait.</p>`}
${suppressed && html`<p class="text"><strong>Reason:</strong> ${suppressed.reason}</p>`}
${item.excerpt !== undefined && excerpt(item.excerpt)}
${withSuggestion && labelledSuggestion(item)}
</div>`;
}

function names(all: readonly string[]): Markup {
  return html`${all.map((name, index) => html`${index > 0 && (index === all.length - 1 ? ' and ' : ', ')}<code>${name}</code>`)}`;
}
