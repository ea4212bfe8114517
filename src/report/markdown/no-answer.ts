import { docsAddress } from '../../repository.ts';
import { hintParts, languageOfHint } from '../hint.ts';
import { TEXT } from '../limits.ts';
import type { Report } from '../model.ts';
import { shorten } from '../shorten.ts';
import type { Part } from './fit.ts';
import { code, fenced, link, prose } from './text.ts';
import type { View } from './view.ts';

/** Why there is no answer, and how to get one. The message's first line is the headline. */
export function noAnswerPart({ report: { error, result, target } }: View): Part {
  return {
    what: 'what to do',
    pieces: error === undefined || result !== 'error' || target !== undefined ? [] : [errorText(error)],
    more: () => '',
  };
}

function errorText({ code: name, message, hint = '' }: NonNullable<Report['error']>): string {
  const [, ...lines] = message.trim().split('\n');
  const troubleshooting = link('Troubleshooting', docsAddress('troubleshooting.md'));
  return [
    ...(lines.length === 0 ? [] : [fenced(lines.join('\n'), 'text', TEXT.example)]),
    ...hintTexts(hint),
    `No verdict was reached: ${code(name, TEXT.name)}. ${troubleshooting} tells more.`,
  ].join('\n\n');
}

function hintTexts(hint: string): string[] {
  return hintParts(shorten(hint, TEXT.example)).flatMap(({ kind, text }, index) => {
    const begin = index === 0 ? '**What to do:** ' : '';
    if (kind === 'prose') {
      const lines = text.split('\n').map((line) => prose(line, TEXT.help));
      return [begin + lines.join('<br>')];
    }
    return [...(begin === '' ? [] : [begin.trim()]), fenced(text, languageOfHint(text), TEXT.example)];
  });
}
