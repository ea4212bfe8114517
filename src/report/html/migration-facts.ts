import type { Finding, MigrationReport } from '../model.ts';
import { DOWN_WORDS, hasStopped, isDownWrong, isStopped, upStatus, upWords } from '../outcome.ts';
import { count, duration } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { type Placed, stillOpen, type View } from './view.ts';

/** What is said of a migration in one line. Signs say what colours say. */
interface Fact {
  readonly text: string | Markup;
  readonly mood: 'good' | 'bad' | 'plain';
}

/** The findings of one file that want something done, or a look. */
export type Remarks = readonly Placed<Finding>[];

export function remarksByPath({ findings }: View): ReadonlyMap<string, Remarks> {
  const byPath = new Map<string, Placed<Finding>[]>();
  for (const placed of [...stillOpen(findings, 'block'), ...stillOpen(findings, 'warn')]) {
    const { path } = placed.item;
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, [placed]);
    else known.push(placed);
  }
  return byPath;
}

/** Whether the rehearsal saw it go wrong, up or down. */
export function isBad(migration: MigrationReport): boolean {
  return hasStopped(migration) || isDownWrong(migration);
}

export function facts(migration: MigrationReport, remarks: Remarks = [], command = 'check'): Fact[] {
  const { change, transaction, phase, risk, down } = migration;
  return [
    ...(change === 'added' ? [] : [plainly(change)]),
    ...(phase === undefined ? [] : [plainly(phase)]),
    upFact(migration, command),
    ...(transaction === 'none' ? [plainly('outside a transaction')] : []),
    ...(down === undefined ? [] : [downFact(migration, down)]),
    ...(risk === undefined
      ? []
      : [{ text: `risk ${risk.level}`, mood: risk.level === 'high' ? 'bad' : 'plain' } as const]),
    ...remarkFact(remarks, 'block'),
    ...remarkFact(remarks, 'warn'),
  ];
}

function plainly(text: string): Fact {
  return { text, mood: 'plain' };
}

function remarkFact(remarks: Remarks, severity: 'block' | 'warn'): Fact[] {
  const found = stillOpen(remarks, severity);
  const [first] = found;
  if (first === undefined) return [];
  const blocks = `${count(found.length, 'finding')} ${found.length === 1 ? 'blocks' : 'block'}`;
  const text = severity === 'block' ? blocks : count(found.length, 'warning');
  return [{ text: html`<a href="#${first.anchor}">${text}</a>`, mood: 'plain' }];
}

function upFact(migration: MigrationReport, command: string): Fact {
  const status = upStatus(migration);
  const words = upWords({ command })[status];
  if (isStopped(status)) return { text: `✗ ${words}`, mood: 'bad' };
  if (status !== 'applied') return plainly(words);
  const took = migration.up === undefined ? '' : ` in ${duration(migration.up.durationMs)}`;
  return { text: `✓ ${words}${took}`, mood: 'good' };
}

function downFact(migration: MigrationReport, { status, durationMs }: NonNullable<MigrationReport['down']>): Fact {
  const words = DOWN_WORDS[status];
  if (isDownWrong(migration)) return { text: `✗ ${words}`, mood: 'bad' };
  if (status !== 'reversed') return plainly(words);
  return { text: `✓ ${words}${durationMs === undefined ? '' : ` in ${duration(durationMs)}`}`, mood: 'good' };
}
