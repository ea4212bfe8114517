import { HTML_AMOUNTS } from '../limits.ts';
import type { SchemaDiff } from '../model.ts';
import { html, type Markup } from './markup.ts';
import { differences, folded, section } from './parts.ts';

type SchemaObject = SchemaDiff['tables'][number];

/** What all migrations together do to the schema, table by table. */
export function schema(diff: SchemaDiff | undefined): Markup {
  if (diff === undefined || diff.tables.length === 0) return html``;
  const all = (objects: readonly SchemaObject[]): Markup => html`${objects.map(one)}`;
  return section('schema', 'Schema', folded(diff.tables, HTML_AMOUNTS.schemaObjects, 'objects', all));
}

function one({ name, kind, change, lines }: SchemaObject): Markup {
  return html`
<div class="object">
<h3><code>${name}</code> <span class="change ${change}">${kind} ${change}</span></h3>
<div>${lines.length > 0 && folded(lines, HTML_AMOUNTS.schemaLinesOfObject, 'lines', differences)}</div>
</div>`;
}
