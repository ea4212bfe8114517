import { describe, expect, it } from 'vitest';
import { checkHere, debianExample, type Example, example, plainUrl } from './command-tool.ts';
import { type Target, targets } from './deploy.ts';
import { lockstepHere } from './in-process.ts';

/**
 * The proof that a tool which runs its migrations itself and Lockstep take turns on one database, through an example that
 * the tool's real program runs.
 */

interface CommandTrip {
  /** Of the example, and as `tool` in the settings. */
  readonly name: string;
  /** Files that a later commit brings. */
  readonly held: readonly string[];
  /** Ids of the migrations, in order; those of `held` come last. */
  readonly ids: readonly string[];
  readonly apply: readonly string[];
  readonly rollback: readonly string[];
  /** Columns of the history that tell, in an order that holds. */
  readonly rows: string;
  /** Which rows are the project's own, where there are others. */
  readonly own?: string;
  /** What `check` sees of the held ones, a list of statements each; RegExps are matched. */
  readonly sends: readonly (readonly RegExp[])[];
  readonly transaction: 'single' | 'none';
  /** More files, or others. */
  readonly files?: Readonly<Record<string, string>>;
  /** Debian's packages bring the tool. */
  readonly debian?: true;
  /** Relations that a plan names as the history. */
  readonly relation: string;
}

/** Registers the tests. */
export function commandTrip(trip: CommandTrip): void {
  const { name, held, ids, apply, rollback, rows, relation } = trip;
  const target = targets();
  const begin = (): Example => (trip.debian ? debianExample : example)(name, held, trip.files);
  const first = ids.slice(0, ids.length - trip.sends.length);
  const rest = ids.slice(first.length);
  const applies = async ({ repo }: Example, shop: Target, wanted: readonly string[]): Promise<void> => {
    const { report, printed } = await lockstepHere('apply', repo, plainUrl(shop));
    expect(report, printed).toMatchObject({ result: 'applied', project: { tool: name } });
    expect(report.migrations.map(({ id, status }) => [id, status])).toEqual(wanted.map((id) => [id, 'applied']));
  };
  const nothingToDo = async ({ repo }: Example, shop: Target): Promise<void> => {
    const { report, printed } = await lockstepHere('apply', repo, plainUrl(shop));
    expect(report.result, printed).toBe('noop');
  };

  describe(`${name} and Lockstep`, () => {
    it('the tool begins, Lockstep goes on, and the tool finds nothing to do and takes back', async () => {
      const shop = await target();
      const project = begin();
      project.tool(apply, plainUrl(shop));
      await nothingToDo(project, shop);
      project.complete();
      const planned = await lockstepHere('plan', project.repo, plainUrl(shop));
      expect(planned.report, planned.printed).toMatchObject({
        result: 'planned',
        history: { relation, applied: first.length },
      });
      expect(planned.report.plan?.pending.map(({ id }) => id)).toEqual(rest);
      await applies(project, shop, rest);
      const before = await shop.rows(rows);
      project.tool(apply, plainUrl(shop));
      expect(await shop.rows(rows)).toEqual(before);
      project.tool(rollback, plainUrl(shop));
      await applies(project, shop, rest.slice(-1));
      const status = await lockstepHere('status', project.repo, plainUrl(shop));
      expect(status.report.history?.entries?.map(({ id, how }) => [id, how])).toEqual(
        ids.map((id) => [id, first.includes(id) ? 'tool' : 'applied']),
      );
    });

    it('Lockstep begins, the tool goes on, and Lockstep finds nothing to do', async () => {
      const shop = await target();
      const project = begin();
      await applies(project, shop, first);
      project.complete();
      project.tool(apply, plainUrl(shop));
      await nothingToDo(project, shop);
    });

    it('what a baseline records is what the tool would have', async () => {
      const [ours, theirs] = [await target(), await target()];
      const project = begin();
      project.complete();
      project.tool(apply, plainUrl(theirs));
      project.tool(apply, plainUrl(ours));
      const written = await theirs.rows(rows);
      const [{ table = '' } = {}] = await ours.rows<{ table: string }>(
        `SELECT to_regclass('${relation.replace(/\.(.*)$/, '."$1"')}')::text AS table`,
      );
      await ours.rows(`DELETE FROM ${table} ${trip.own ?? ''}`);
      const { report, printed } = await lockstepHere(
        ['baseline', '--to', ids.at(-1) ?? ''],
        project.repo,
        plainUrl(ours),
      );
      expect(report, printed).toMatchObject({ result: 'passed' });
      expect(await ours.rows(rows)).toEqual(written);
      const before = await ours.rows(rows);
      project.tool(apply, plainUrl(ours));
      expect(await ours.rows(rows)).toEqual(before);
    });

    it('a check sees what the tool sends, and its way back', async () => {
      const project = begin();
      project.repo.branch('change');
      project.complete();
      const { report, printed } = await checkHere(project.repo);
      const seen = report.migrations.map(({ id, status, transaction, down }) => [
        id,
        status,
        transaction,
        down?.status,
      ]);
      expect(seen, printed).toEqual(rest.map((id) => [id, 'applied', trip.transaction, 'reversed']));
      const sent = report.migrations.map(({ up }) => up?.statements.map(({ sql }) => sql) ?? []);
      expect(sent).toEqual(trip.sends.map((some) => some.map((text) => expect.stringMatching(text))));
      expect(report.findings.filter(({ rule }) => /^(command|rollback|capture)-|fails/.test(rule))).toEqual([]);
    });
  });
}
