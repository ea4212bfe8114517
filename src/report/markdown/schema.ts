import { TEXT } from '../limits.ts';
import type { SchemaDiff } from '../model.ts';
import { differenceWords } from '../outcome.ts';
import { count } from '../words.ts';
import type { Part } from './fit.ts';
import { DETAILS_END, detailsBegin, fenceFor, lineOfFence, prose } from './text.ts';
import type { View } from './view.ts';

/** What the change does to the schema, object by object. */
export function schemaPart({ report, amounts }: View): Part {
  const objects = report.schemaDiff?.tables ?? [];
  const { legend, changes } = differenceWords(report);
  const pieces = objects
    .slice(0, amounts.schemaObjects)
    .map((object) =>
      objectText(object, amounts.schemaLinesOfObject, legend === undefined ? CHANGES : compared(changes)),
    );
  const fence = fenceFor(pieces.join('\n'));
  const few = pieces.reduce((lines, piece) => lines + piece.split('\n').length, 0) <= amounts.schemaLinesUnfolded;
  return {
    what: 'the schema difference',
    begin: `${detailsBegin(`Schema difference: ${kindsOf(objects)}`, few)}${legend === undefined ? '' : `${prose(legend, TEXT.message)}\n\n`}${fence}diff\n`,
    pieces,
    end: `\n${fence}${DETAILS_END}`,
    beyond: objects.length - pieces.length,
    more: (left) => `# and ${count(left, 'more object')}`,
  };
}

type SchemaObject = SchemaDiff['tables'][number];

function kindsOf(objects: readonly SchemaObject[]): string {
  const what = objects.every(({ kind }) => kind === 'table') ? 'table' : 'object';
  return count(objects.length, what);
}

const CHANGES: Words = { added: ', new', dropped: ', dropped', changed: '' };

type Words = Readonly<Record<SchemaObject['change'], string>>;

function compared({ added, dropped, changed }: Words): Words {
  return { added: `, ${added}`, dropped: `, ${dropped}`, changed: `, ${changed}` };
}

function objectText({ name, kind, change, lines }: SchemaObject, most: number, words: Words): string {
  const left = lines.length - most;
  return [
    `@@ ${lineOfFence(`${kind} ${name}`, TEXT.line)}${words[change]} @@`,
    ...lines.slice(0, most).map((line) => signed(lineOfFence(line, TEXT.line))),
    ...(left > 0 ? [`# and ${count(left, 'more line')}`] : []),
  ].join('\n');
}

/** GitHub's colours for a diff know '+' and '-', and '!' for what we write as '~'. */
function signed(line: string): string {
  if (line.startsWith('~')) return `!${line.slice(1)}`;
  return /^[+-]/.test(line) ? line : ` ${line}`;
}
