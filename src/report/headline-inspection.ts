import { TEXT } from './limits.ts';
import type { Report } from './model.ts';
import { names, type Phrase, shortName } from './phrases.ts';
import { shorten } from './shorten.ts';
import { isOdd } from './target/history.ts';
import { count } from './words.ts';

/** What status, verify, baseline and resolve found: '`production` is at `014_x`, 2 pending'. */
export function inspectionPhrases(report: Report, environment: Phrase): readonly Phrase[] {
  const { command, result } = report;
  const passed = result === 'passed';
  switch (command) {
    case 'status':
      return statusPhrases(report, environment);
    case 'verify':
      return ['the schema of ', environment, ...(passed ? [' is what its migrations make'] : differs(report))];
    case 'baseline':
      if (!passed) return ['no baseline on ', environment, ': its schema', ...differs(report)];
      return [`${count(report.migrations.length, 'migration')} recorded as applied on `, environment, ...upTo(report)];
    case 'resolve':
      return passed ? ['settled on ', environment] : ['not settled on ', environment];
    default:
      return [`${shorten(command, TEXT.nameInHeadline)}: ${result} on `, environment];
  }
}

function statusPhrases({ history, plan, migrations, lock }: Report, environment: Phrase): readonly Phrase[] {
  const { newest, entries = [] } = history ?? {};
  const pending = plan?.pending.length ?? migrations.filter(({ status }) => status === 'pending').length;
  const odd = entries.filter(isOdd);
  const number = (what: string, some: readonly unknown[]): string[] =>
    some.length > 0 ? [`${some.length} ${what}`] : [];
  const reasons = [
    ...number(
      'half-done',
      odd.filter(({ status }) => status === 'partial'),
    ),
    ...number(
      'failed',
      odd.filter(({ status }) => status === 'failed'),
    ),
    ...number(
      'edited since',
      odd.filter(({ edited }) => edited === 'meaning' || edited === 'unknown'),
    ),
    ...number(
      'not in this commit',
      odd.filter(({ inRepository }) => !inRepository),
    ),
    pending === 0 ? 'nothing pending' : `${pending} pending`,
    ...(lock?.holder === undefined ? [] : ['another run holds the lock now']),
  ];
  const at: Phrase[] =
    newest === undefined ? [' has no migration'] : [' is at ', { name: shorten(newest, TEXT.nameInHeadline) }];
  return [environment, ...at, `, ${reasons.join(', ')}`];
}

function differs({ schemaDiff }: Report): Phrase[] {
  const objects = schemaDiff?.tables.map(({ name }) => shortName(name)) ?? [];
  return [' differs from what its migrations make', ...(objects.length === 0 ? [] : [': ', ...names(objects)])];
}

function upTo({ migrations }: Report): Phrase[] {
  const last = migrations.at(-1);
  return last === undefined ? [] : [', up to ', { name: shorten(last.id, TEXT.nameInHeadline) }];
}
