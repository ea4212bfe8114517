import type { DownStatus, Finding, MigrationReport } from '../model.ts';
import { count, duration } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { hasStopped, type Placed, stillOpen, type View } from './view.ts';

/** What is said of a migration in one line. Signs say what colours say. */
export interface Fact {
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
  const down = migration.down?.status;
  return hasStopped(migration) || down === 'failed' || down === 'different';
}

export function facts(migration: MigrationReport, remarks: Remarks = []): Fact[] {
  const { change, transaction, phase, risk, down } = migration;
  return [
    ...(change === 'added' ? [] : [plainly(change)]),
    ...(phase === undefined ? [] : [plainly(phase)]),
    upFact(migration),
    ...(transaction === 'none' ? [plainly('outside a transaction')] : []),
    ...(down === undefined ? [] : [downFact(down)]),
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

function upFact({ status, up }: MigrationReport): Fact {
  const took = up === undefined ? '' : ` in ${duration(up.durationMs)}`;
  switch (up?.status ?? status) {
    case 'applied':
      return { text: `✓ up${took}`, mood: 'good' };
    case 'failed':
      return { text: '✗ up failed', mood: 'bad' };
    case 'partial':
      return { text: '✗ up stopped half-way', mood: 'bad' };
    case 'pending':
      return { text: 'pending', mood: 'plain' };
    case 'not-run':
      return { text: 'not run', mood: 'plain' };
  }
}

const DOWN: Readonly<Record<DownStatus, Fact>> = {
  reversed: { text: '✓ down proven', mood: 'good' },
  different: { text: '✗ down leaves a difference', mood: 'bad' },
  failed: { text: '✗ down failed', mood: 'bad' },
  missing: { text: 'no down', mood: 'plain' },
  irreversible: { text: 'irreversible', mood: 'plain' },
};

function downFact({ status, durationMs }: NonNullable<MigrationReport['down']>): Fact {
  const { text, mood } = DOWN[status];
  return status === 'reversed' && durationMs !== undefined
    ? { text: `${text} in ${duration(durationMs)}`, mood }
    : { text, mood };
}
