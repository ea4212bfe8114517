import { hintParts, languageOfHint } from '../hint.ts';
import { TEXT } from '../limits.ts';
import type { Phrase } from '../phrases.ts';
import { shorten } from '../shorten.ts';
import { type TargetLine, targetParts } from '../target/parts.ts';
import type { Part } from './fit.ts';
import { code, fenced, prose } from './text.ts';
import { more, type View } from './view.ts';

/** What the report says of the target, a part for each section; `first`: why nothing was done. */
export function targetPieces(view: View, first: boolean): Part[] {
  return targetParts(view.report)
    .filter((part) => (part.first === true) === first)
    .map(({ title, what, lines }) => ({
      what,
      begin: `**${title}**\n\n`,
      pieces: lines.map(item),
      more: more('line', view),
    }));
}

const ICONS = { bad: '❌ ', warn: '⚠️ ' } as const;

function item({ phrases, mood, details = [], help }: TargetLine): string {
  return [
    `- ${mood === undefined ? '' : ICONS[mood]}${sentence(phrases)}`,
    ...details.map((detail) => `  - ${sentence(detail)}`),
    ...helpTexts(help),
  ].join('\n');
}

/** Words and names, as Markdown. */
export function sentence(phrases: readonly Phrase[]): string {
  return phrases
    .map((phrase) => {
      if (typeof phrase !== 'string') return code(phrase.name, TEXT.path);
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(phrase) ?? [];
      return `${before && ' '}${words === '' ? '' : prose(words, TEXT.message)}${after && ' '}`;
    })
    .join('');
}

function helpTexts(help: string | undefined): string[] {
  if (help === undefined) return [];
  return hintParts(shorten(help, TEXT.example)).map(({ kind, text }) =>
    kind === 'prose'
      ? `  ${text
          .split('\n')
          .map((line) => prose(line, TEXT.help))
          .join('<br>')}`
      : `\n${fenced(text, languageOfHint(text), TEXT.example, '  ')}\n`,
  );
}
