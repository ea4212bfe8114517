import { type Amounts, TEXT } from '../limits.ts';
import type { MigrationReport, Report } from '../model.ts';
import { DOWN_WORDS, isDownWrong, isStopped, tellsMigrations, upStatus, upWords } from '../outcome.ts';
import { attemptLines } from '../target/attempts.ts';
import { isTold } from '../told.ts';
import { duration } from '../words.ts';
import { errorLines } from './error.ts';
import type { Part } from './fit.ts';
import { lineItem } from './target.ts';
import { code, link, prose } from './text.ts';
import { addressOf, firstOf, more, SEVERITY_ICONS, type View } from './view.ts';

/** A line for each migration: what it does to the schema, and how that went. */
export function migrationPart(view: View): Part {
  const { report, amounts } = view;
  if (!tellsMigrations(report)) return { what: 'migrations', pieces: [], more: () => '' };
  const severities = worstByPath(view);
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
    pieces: shown.map(({ migration, icon }) => `- ${icon} ${line(migration, view)}`),
    beyond: rest.length,
    more: (left) => more(`migration${calm && left === rest.length ? ' without remark' : ''}`, view)(left),
  };
}

const BAD = SEVERITY_ICONS.block;
const WARNED = SEVERITY_ICONS.warn;
const GOOD = '✅';
const NOT_RUN = '⚪';
const WEIGHTS: readonly string[] = [BAD, WARNED, NOT_RUN, GOOD];

function worstByPath({ report }: View): ReadonlyMap<string, 'block' | 'warn'> {
  const worst = new Map<string, 'block' | 'warn'>();
  for (const { path, severity, suppressed } of report.findings) {
    if (suppressed !== undefined || severity === 'info') continue;
    if (severity === 'block' || !worst.has(path)) worst.set(path, severity);
  }
  return worst;
}

function iconOf(migration: MigrationReport, severities: ReadonlyMap<string, 'block' | 'warn'>): string {
  const ran = upStatus(migration);
  const severity = severities.get(migration.path);
  if (severity === 'block' || ran === 'failed' || ran === 'partial') return BAD;
  if (severity === 'warn') return WARNED;
  return ran === 'applied' ? GOOD : NOT_RUN;
}

function line(migration: MigrationReport, view: View): string {
  const { amounts, report } = view;
  const { id, path, change, phase, why, up, down, schemaDiff = [] } = migration;
  // What is deleted is not there to be linked to.
  const name = link(code(id, TEXT.name), change === 'deleted' ? undefined : addressOf(view, path));
  const changes = firstOf(
    schemaDiff.map((text) => code(text, TEXT.change)),
    amounts.changesOfMigration,
  );
  const facts = [
    ...(change === 'added' ? [] : [changeText(migration)]),
    ...(phase === undefined ? [] : [phase]),
    upText(migration, report),
    ...downText(migration, amounts.lossesOfMigration),
    ...riskText(migration, amounts.risksOfMigration),
    ...lockTexts(migration, amounts),
    ...deedTexts(migration, amounts),
    ...(why === undefined ? [] : [`“${prose(why, TEXT.reason)}”`]),
  ];
  const errors = [up?.error, down?.error].filter((error) => error !== undefined && !isTold(error, report));
  return [
    `**${name}**${changes === '' ? '' : `: ${changes}`} · ${facts.join(' · ')}`,
    ...attemptLines(migration).map((line) => lineItem(line, '  ')),
    ...differences(down?.difference ?? [], amounts.differencesOfMigration),
    ...errors.flatMap((error) => (error === undefined ? [] : errorLines(error, view))),
  ].join('\n');
}

function changeText({ change, previousPath }: MigrationReport): string {
  return change === 'renamed' && previousPath !== undefined ? `renamed from ${code(previousPath, TEXT.path)}` : change;
}

function upText(migration: MigrationReport, report: Report): string {
  const status = upStatus(migration);
  const bare = status === 'applied' && migration.transaction === 'none' ? ', outside a transaction' : '';
  const took =
    report.command !== 'check' && status === 'applied' && migration.up
      ? ` in ${duration(migration.up.durationMs)}`
      : '';
  return bold(upWords(report)[status], isStopped(status)) + took + bare;
}

function downText(migration: MigrationReport, most: number): string[] {
  if (migration.down === undefined) return [];
  const { status, losesData = [] } = migration.down;
  const text = bold(DOWN_WORDS[status], isDownWrong(migration));
  if (losesData.length === 0) return [text];
  const lost = losesData.map((each) => prose(each, TEXT.name));
  return [`${text} (loses ${most === 0 ? 'data' : firstOf(lost, most)})`];
}

function bold(text: string, yes: boolean): string {
  return yes ? `**${text}**` : text;
}

function riskText({ risk }: MigrationReport, most: number): string[] {
  if (risk === undefined) return [];
  const reasons = firstOf(
    risk.reasons.map((reason) => prose(reason, TEXT.reason)),
    most,
  );
  return [`risk ${risk.level === 'high' ? '**high**' : risk.level}${reasons === '' ? '' : ` (${reasons})`}`];
}

/** Of each relation the lock that blocks most; those that block nothing concern nobody. */
function lockTexts({ up }: MigrationReport, { locksOfMigration, waitsOfLock }: Amounts): string[] {
  const strongest = new Map<string, { readonly mode: string; readonly blocks: readonly string[] }>();
  for (const { relation, mode, blocks } of (up?.statements ?? []).flatMap(({ locks = [] }) => locks)) {
    if (blocks.length > (strongest.get(relation)?.blocks.length ?? 0)) strongest.set(relation, { mode, blocks });
  }
  const texts = [...strongest].map(
    ([relation, { mode, blocks }]) =>
      `${code(relation, TEXT.name)} (${prose(mode, TEXT.name)}: ${firstOf(
        blocks.map((what) => prose(what, TEXT.name)),
        waitsOfLock,
      )} wait)`,
  );
  return texts.length === 0 ? [] : [`locks ${firstOf(texts, locksOfMigration)}`];
}

/** What takes as long as a table is big. */
function deedTexts({ up }: MigrationReport, { locksOfMigration }: Amounts): string[] {
  const statements = up?.statements ?? [];
  const rewritten = [...new Set(statements.flatMap(({ rewrites = [] }) => rewrites))];
  const read = [...new Set(statements.flatMap(({ scans = [] }) => scans))].filter((name) => !rewritten.includes(name));
  return [['rewrites', rewritten] as const, ['reads all of', read] as const].flatMap(([verb, all]) =>
    all.length === 0
      ? []
      : [
          `${verb} ${firstOf(
            all.map((name) => code(name, TEXT.name)),
            locksOfMigration,
          )}`,
        ],
  );
}

function differences(lines: readonly string[], most: number): string[] {
  const left = lines.length - most;
  return [
    ...lines
      .slice(0, most)
      .map((text) => `  - ${/^[-+~] /.test(text) ? code(text, TEXT.line) : prose(text, TEXT.line)}`),
    ...(left > 0 ? [`  - and ${left} more`] : []),
  ];
}
