import { HTML_AMOUNTS } from '../limits.ts';
import type { StatementReport } from '../model.ts';
import { html, type Markup } from './markup.ts';
import { folded } from './parts.ts';

interface Held {
  readonly relation: string;
  readonly mode: string;
  readonly blocks: readonly string[];
  readonly lines: Set<number>;
}

/** The locks that the statements take, each named once with the lines that take it. */
export function locks(statements: readonly StatementReport[]): Markup | undefined {
  const held = new Map<string, Held>();
  for (const { line, locks: taken = [] } of statements) {
    for (const { relation, mode, blocks } of taken) {
      const key = JSON.stringify([relation, mode, blocks]);
      const known = held.get(key) ?? { relation, mode, blocks, lines: new Set() };
      held.set(key, known);
      known.lines.add(line);
    }
  }
  return held.size === 0 ? undefined : folded([...held.values()], HTML_AMOUNTS.locks, 'locks', table);
}

function table(all: readonly Held[]): Markup {
  return html`<table>
<caption>Locks</caption>
<thead><tr><th scope="col">Relation</th><th scope="col">Lock</th><th scope="col">Blocks</th><th scope="col">Line</th></tr></thead>
<tbody>${all.map(row)}</tbody>
</table>`;
}

function row({ relation, mode, blocks, lines }: Held): Markup {
  const blocked = blocks.length === 0 ? 'nothing' : blocks.join(', ');
  return html`<tr><th scope="row"><code>${relation}</code></th><td>${mode}</td><td>${blocked}</td><td>${[...lines].join(', ')}</td></tr>`;
}
