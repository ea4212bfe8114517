import { type Catalog, keyOf } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { label } from '../describe.ts';
import { declarationsOf } from './declared.ts';
import { MissingTargets } from './missing.ts';
import { Resolver } from './resolver.ts';
import { targetsOf } from './targets.ts';

/** A statement that did nothing although it names something. */
interface Idle {
  readonly statement: Statement;
  readonly message: string;
  /** The object that was probably meant. */
  readonly meant?: string;
}

/** `IF EXISTS` with names that do not exist, `IF NOT EXISTS` over objects with another definition. */
export function idleStatements(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  searchPath: readonly string[],
): readonly Idle[] {
  const resolver = new Resolver(before, searchPath);
  const missing = new MissingTargets(resolver, before, after);
  const idle: Idle[] = [];
  const dropped = new Set<string>();
  for (const statement of statements) {
    idle.push(...missing.of(statement).map((one) => ({ statement, ...one })));
    for (const { path, kinds, depth, differs } of declarationsOf(statement)) {
      const [object] = resolver.resolve({ kinds, path, depth, ifExists: false, cascade: false });
      // What the script dropped before, it makes anew.
      const difference = object === undefined || dropped.has(keyOf(object)) ? undefined : differs(object, after);
      if (object === undefined || difference === undefined) continue;
      const message = `${label(object)} existed already ${difference}; IF NOT EXISTS left it as it is.`;
      idle.push({ statement, message });
    }
    const targets = targetsOf(statement);
    for (const object of targets.flatMap((target) => resolver.resolve(target))) dropped.add(keyOf(object));
    resolver.pass(statement, targets);
  }
  return idle;
}
