import type { Session } from '../../../postgres/session.ts';
import { literal } from '../../../project/quoting.ts';
import type { Node, Statement } from '../../../project/sql.ts';
import { fieldsOf, list, record } from '../../../project/syntax-tree.ts';
import { type Evidence, kept, rowsOf } from './evidence.ts';
import { relationName } from './names.ts';

/** ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY: the second of its two transactions may be missing. */
export function detachPartition({ tree }: Statement): Evidence {
  const command = list(tree.cmds).map((one) => fieldsOf(one, 'AlterTableCmd'))[0];
  const partition: Node | undefined = record(fieldsOf(command?.def, 'PartitionCmd')?.name);
  const [parent, child] = [relationName(record(tree.relation)), relationName(partition)];
  const stateNow = async (session: Session): Promise<'attached' | 'pending' | 'detached'> => {
    const [row] = await rowsOf<{ pending: boolean }>(
      session,
      `SELECT inhdetachpending AS pending FROM pg_catalog.pg_inherits
       WHERE inhrelid = pg_catalog.to_regclass(${literal(child)}) AND inhparent = pg_catalog.to_regclass(${literal(parent)})`,
    );
    if (row === undefined) return 'detached';
    return row.pending ? 'pending' : 'attached';
  };
  return {
    what: `the partition ${child}`,
    concurrently: true,
    prepare: async () => [],
    before: async (session) => ({ state: await stateNow(session) }),
    happened: async (session, before) =>
      kept<string>(before, 'state', 'attached') !== 'detached' && (await stateNow(session)) === 'detached',
    isFinishedByRepair: true,
    problem: async (session) =>
      (await stateNow(session)) === 'pending'
        ? `the partition ${child} is half detached, so that queries of ${parent} do not see its rows`
        : undefined,
    repair: async (session) => {
      if ((await stateNow(session)) !== 'pending') return [];
      await session.run(`ALTER TABLE ${parent} DETACH PARTITION ${child} FINALIZE`);
      return [`The detaching of ${child}, which had come half-way, was finished.`];
    },
  };
}
