import { hintParts, languageOfHint } from '../hint.ts';
import { TEXT } from '../limits.ts';
import type { Links } from '../links.ts';
import type { Phrase } from '../phrases.ts';
import { shorten } from '../shorten.ts';
import { type Place, type TargetLine, type TargetPart, targetParts } from '../target/parts.ts';
import type { Part } from './fit.ts';
import { code, DETAILS_END, detailsBegin, fenced, link, prose } from './text.ts';
import { more, type View } from './view.ts';

/** What the report says of the target at one place of it, a part for each section; the small print is told elsewhere. */
export function targetPieces(view: View, place: Place): Part[] {
  return targetParts(view.report)
    .filter((part) => part.place === place && !isSmallPrint(part))
    .map((part) => targetPart(part, view));
}

function isSmallPrint({ place, lines }: TargetPart): boolean {
  return place === 'end' && lines.every(({ copy }) => copy === undefined);
}

/** Which commit it was, and where the log is: pieces of one line. */
export function targetSmallPrint({ report }: View): string[] {
  return targetParts(report)
    .filter(isSmallPrint)
    .flatMap(({ lines }) => lines.map(({ phrases }) => sentence(phrases)));
}

/** More lines than this are folded. */
const MOST_UNFOLDED = 20;

function targetPart({ title, what, place, lines }: TargetPart, view: View): Part {
  const shown = lines.slice(0, view.amounts.targetLines);
  const beyond = lines.length - shown.length;
  const common = { what, beyond, more: more('line', view) };
  if (place === 'top') return { ...common, pieces: [shown.map(({ phrases }) => sentence(phrases)).join('<br>')] };
  if (place === 'why') return { ...common, pieces: shown.map((line) => lineItem(line)) };
  const [only] = shown;
  if (only?.copy !== undefined) {
    return { ...common, pieces: [`**${title}**\n\n${fenced(only.copy, 'text', TEXT.path)}`] };
  }
  const fold = lines.length > MOST_UNFOLDED;
  return {
    ...common,
    begin: fold ? detailsBegin(`${title}: ${lines.length}`) : `**${title}**\n\n`,
    pieces: shown.map((line) => lineItem(line, '', view.links)),
    ...(fold ? { end: DETAILS_END } : {}),
  };
}

const ICONS = { bad: '❌ ', warn: '⚠️ ' } as const;

/** An item of a list, with what belongs to it. */
export function lineItem(
  { head, phrases, pages = [], mood, details = [], help }: TargetLine,
  indent = '',
  links?: Links,
): string {
  const name = head === undefined ? '' : `${code(head, TEXT.name)}: `;
  return [
    `${indent}- ${mood === undefined ? '' : ICONS[mood]}${name}${sentence(phrases)}${pages.map((page) => `, ${pageLink(page, links)}`).join('')}`,
    ...details.map((detail) => `${indent}  - ${sentence(detail)}`),
    ...helpTexts(help, `${indent}  `),
  ].join('\n');
}

/** `label` is ours. */
function pageLink(
  { label, path }: { readonly label: string; readonly path: string },
  links: Links | undefined,
): string {
  return link(label, links && `${links.repository}/${path}`);
}

/** Words and names, as Markdown. Two spans of code that touch would be read as one, or as none. */
function sentence(phrases: readonly Phrase[]): string {
  return phrases.map(written).reduce((all, next) => {
    return all.endsWith('`') && next.startsWith('`') ? `${all} ${next}` : all + next;
  }, '');
}

function written(phrase: Phrase): string {
  if (typeof phrase !== 'string') return code(phrase.name, TEXT.path);
  const words = shorten(phrase, TEXT.message);
  const [before, after] = [/^\s/.test(words) ? ' ' : '', /\S\s$/.test(words) ? ' ' : ''];
  return words.trim() === '' ? before : `${before}${prose(words.trim(), TEXT.message)}${after}`;
}

function helpTexts(help: string | undefined, indent: string): string[] {
  if (help === undefined) return [];
  return hintParts(shorten(help, TEXT.example)).flatMap(({ kind, text }, index) => {
    if (kind === 'example') return ['', fenced(text, languageOfHint(text), TEXT.example, indent)];
    const lines = text.split('\n').map((line) => prose(line, TEXT.help));
    return ['', `${indent}${index === 0 ? '**What to do:** ' : ''}${lines.join('<br>')}`];
  });
}
