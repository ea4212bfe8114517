import { TEXT } from '../limits.ts';
import type { DownStatus, MigrationReport } from '../model.ts';
import { isTold } from '../told.ts';
import { errorLines } from './error.ts';
import type { Section } from './fit.ts';
import { addressOf, firstOf, more, type Page, SEVERITY_ICONS } from './page.ts';
import { code, link, prose } from './text.ts';

/** A line for each migration: what it does to the schema, and how that went. */
export function migrationSection(page: Page): Section {
  const { report, amounts } = page;
  const severities = worstByPath(page);
  const marked = report.migrations.map((migration) => ({ migration, icon: iconOf(migration, severities) }));
  // Of many those come first that need a look.
  const ordered =
    marked.length > amounts.migrations
      ? marked.sort((a, b) => WEIGHTS.indexOf(a.icon) - WEIGHTS.indexOf(b.icon))
      : marked;
  const shown = ordered.slice(0, amounts.migrations);
  const rest = ordered.slice(shown.length);
  const calm = rest.every(({ icon }) => icon === GOOD);
  return {
    what: 'migrations',
    rank: 1,
    pieces: shown.map(({ migration, icon }) => `- ${icon} ${line(migration, page)}`),
    beyond: rest.length,
    more: (left) => more(`migration${calm && left === rest.length ? ' without remark' : ''}`, page)(left),
  };
}

const BAD = SEVERITY_ICONS.block;
const WARNED = SEVERITY_ICONS.warn;
const GOOD = '✅';
const NOT_RUN = '⚪';
const WEIGHTS: readonly string[] = [BAD, WARNED, NOT_RUN, GOOD];

function worstByPath({ report }: Page): ReadonlyMap<string, 'block' | 'warn'> {
  const worst = new Map<string, 'block' | 'warn'>();
  for (const { path, severity, suppressed } of report.findings) {
    if (suppressed !== undefined || severity === 'info') continue;
    if (severity === 'block' || !worst.has(path)) worst.set(path, severity);
  }
  return worst;
}

function iconOf({ path, status, up }: MigrationReport, severities: ReadonlyMap<string, 'block' | 'warn'>): string {
  const ran = up?.status ?? status;
  const severity = severities.get(path);
  if (severity === 'block' || ran === 'failed' || ran === 'partial') return BAD;
  if (severity === 'warn') return WARNED;
  return ran === 'applied' ? GOOD : NOT_RUN;
}

function line(migration: MigrationReport, page: Page): string {
  const { id, path, change, phase, why, up, down, schemaDiff = [] } = migration;
  // What is deleted is not there to be linked to.
  const name = link(code(id, TEXT.name), change === 'deleted' ? undefined : addressOf(page, path));
  const changes = firstOf(
    schemaDiff.map((text) => code(text, TEXT.change)),
    page.amounts.changesOfMigration,
  );
  const facts = [
    ...(change === 'added' ? [] : [changeText(migration)]),
    ...(phase === undefined ? [] : [phase]),
    upText(migration),
    ...(down === undefined ? [] : [downText(down, page.amounts.lossesOfMigration)]),
    ...riskText(migration),
    ...lockTexts(migration),
    ...(why === undefined ? [] : [`“${prose(why, TEXT.reason)}”`]),
  ];
  const errors = [up?.error, down?.error].filter((error) => error !== undefined && !isTold(error, page.report));
  return [
    `**${name}**${changes === '' ? '' : `: ${changes}`} · ${facts.join(' · ')}`,
    ...differences(down?.difference ?? []),
    ...errors.flatMap((error) => (error === undefined ? [] : errorLines(error, page))),
  ].join('\n');
}

function changeText({ change, previousPath }: MigrationReport): string {
  return change === 'renamed' && previousPath !== undefined ? `renamed from ${code(previousPath, TEXT.path)}` : change;
}

function upText({ status, transaction, up }: MigrationReport): string {
  switch (up?.status ?? status) {
    case 'applied':
      return transaction === 'none' ? 'up ok, outside a transaction' : 'up ok';
    case 'failed':
      return '**up fails**';
    case 'partial':
      return '**up stops half-way**';
    case 'pending':
      return 'pending';
    case 'not-run':
      return 'not run';
  }
}

const DOWN_TEXTS: Readonly<Record<DownStatus, string>> = {
  reversed: 'down proven',
  different: '**down leaves a difference**',
  failed: '**down fails**',
  missing: 'no down',
  irreversible: 'irreversible',
};

function downText({ status, losesData = [] }: NonNullable<MigrationReport['down']>, most: number): string {
  if (losesData.length === 0) return DOWN_TEXTS[status];
  const lost = losesData.map((text) => prose(text, TEXT.name));
  return `${DOWN_TEXTS[status]} (loses ${most === 0 ? 'data' : firstOf(lost, most)})`;
}

function riskText({ risk }: MigrationReport): string[] {
  if (risk === undefined) return [];
  const reasons = firstOf(
    risk.reasons.map((reason) => prose(reason, TEXT.reason)),
    2,
  );
  return [`risk ${risk.level === 'high' ? '**high**' : risk.level}${reasons === '' ? '' : ` (${reasons})`}`];
}

/** Of each relation the lock that blocks most; those that block nothing concern nobody. */
function lockTexts({ up }: MigrationReport): string[] {
  const strongest = new Map<string, { readonly mode: string; readonly blocks: readonly string[] }>();
  for (const { relation, mode, blocks } of (up?.statements ?? []).flatMap(({ locks = [] }) => locks)) {
    if (blocks.length > (strongest.get(relation)?.blocks.length ?? 0)) strongest.set(relation, { mode, blocks });
  }
  const texts = [...strongest].map(
    ([relation, { mode, blocks }]) =>
      `${code(relation, TEXT.name)} (${prose(mode, TEXT.name)}: ${firstOf(
        blocks.map((what) => prose(what, TEXT.name)),
        3,
      )} wait)`,
  );
  return texts.length === 0 ? [] : [`locks ${firstOf(texts, 2)}`];
}

const MOST_DIFFERENCES = 4;

function differences(lines: readonly string[]): string[] {
  const left = lines.length - MOST_DIFFERENCES;
  return [
    ...lines
      .slice(0, MOST_DIFFERENCES)
      .map((text) => `  - ${/^[-+~] /.test(text) ? code(text, TEXT.line) : prose(text, TEXT.line)}`),
    ...(left > 0 ? [`  - and ${left} more`] : []),
  ];
}
