import { HTML_AMOUNTS } from '../limits.ts';
import type { Report, SchemaDiff } from '../model.ts';
import { differenceWords } from '../outcome.ts';
import { html, type Markup } from './markup.ts';
import { differences, folded, section } from './parts.ts';

type SchemaObject = SchemaDiff['tables'][number];

/** What all migrations together do to the schema, or how a target's differs, table by table. */
export function schema(report: Report): Markup {
  const diff = report.schemaDiff;
  if (diff === undefined || diff.tables.length === 0) return html``;
  const { legend, changes } = differenceWords(report);
  const all = (objects: readonly SchemaObject[]): Markup => html`${objects.map((object) => one(object, changes))}`;
  return section('schema', 'Schema', [
    ...(legend === undefined ? [] : [html`<p class="small">${legend}</p>`]),
    folded(diff.tables, HTML_AMOUNTS.schemaObjects, 'objects', all),
  ]);
}

type Words = ReturnType<typeof differenceWords>['changes'];

function one({ name, kind, change, lines }: SchemaObject, words: Words): Markup {
  return html`
<div class="object">
<h3><code>${name}</code> <span class="change ${change}">${kind} ${words[change]}</span></h3>
<div>${lines.length > 0 && folded(lines, HTML_AMOUNTS.schemaLinesOfObject, 'lines', differences)}</div>
</div>`;
}
