import { nearestBy } from '../../nearest.ts';
import { type Catalog, type CatalogObject, joinNames, ownName } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { label } from '../describe.ts';
import type { Resolver } from './resolver.ts';
import { isOpaque, wordsOf } from './said.ts';
import { RELATIONS, relationPath, type Target, targetsOf } from './targets.ts';

interface Missing {
  readonly message: string;
  readonly meant?: string;
}

/** Statements that may bring a name into being. */
const MAKES = /^(Create|Define|View|Rename|Alter|Index|Composite|Import)/;

/** Names after IF EXISTS that mean nothing, statement by statement of one script. */
export class MissingTargets {
  readonly #resolver: Resolver;
  readonly #before: Catalog;
  readonly #after: Catalog;
  /** Words of earlier statements that make or rename something, or whose effect their text does not tell. */
  readonly #made = new Set<string>();

  constructor(resolver: Resolver, before: Catalog, after: Catalog) {
    this.#resolver = resolver;
    this.#before = before;
    this.#after = after;
  }

  /** Must be asked for every statement, in order. */
  of(statement: Statement): readonly Missing[] {
    const { kind, tree, sql } = statement;
    const targets = [...targetsOf(statement)].filter(({ ifExists }) => ifExists);
    if (kind === 'AlterTableStmt' && tree.missing_ok === true)
      targets.push(relationTarget(relationPath(tree.relation)));
    const missing = new Map<string, Target>();
    for (const target of targets) {
      // A part of a table that is missing: the table is the mistake, once for the whole statement.
      const meant =
        target.depth === 2 && !this.#tableExists(target) ? relationTarget(target.path.slice(0, -1)) : target;
      if (this.#isMissing(meant)) missing.set(joinNames(meant.path), meant);
    }
    if (MAKES.test(kind) || isOpaque(statement)) for (const word of wordsOf(sql)) this.#made.add(word);
    return [...missing.values()].map((target) => this.#message(target));
  }

  #tableExists(target: Target): boolean {
    return this.#resolver.relation(target.path.slice(0, -1)) !== undefined;
  }

  #isMissing(target: Target): boolean {
    if (this.#resolver.resolve(target).length > 0 || this.#made.has(target.path.at(-1) ?? '')) return false;
    const paths = new Set(this.#resolver.fullPaths(target).map(joinNames));
    const isIn = ({ objects }: Catalog): boolean =>
      [...objects.values()].some((object) => paths.has(joinNames(object.path)));
    // DROP ... IF EXISTS before CREATE is a habit and no mistake, unless a namesake (a function with other arguments) stays.
    return !isIn(this.#after) || isIn(this.#before);
  }

  #message(target: Target): Missing {
    const name = target.path.at(-1) ?? '';
    const table = target.depth === 2 ? this.#resolver.relation(target.path.slice(0, -1)) : undefined;
    const candidates = this.#resolver
      .candidates(target)
      .filter((object) => table === undefined || object.table === table.name);
    const found = nearestBy<CatalogObject>((object) => ownName(object).toLowerCase(), name.toLowerCase(), candidates);
    const [path = target.path] = this.#resolver.fullPaths(target);
    const args = target.args === undefined ? '' : `(${target.args})`;
    const question = found === undefined ? '' : ` Did you mean ${label(found)}?`;
    return {
      message: `There is no ${wordFor(target)} ${joinNames(path)}${args}: IF EXISTS passed it over in silence.${question}`,
      ...(found && { meant: found.name }),
    };
  }
}

function relationTarget(path: readonly string[]): Target {
  return { kinds: RELATIONS, path, depth: 1, ifExists: true, cascade: false };
}

/** What a statement calls the thing that it names. */
function wordFor({ kinds }: Target): string {
  if (kinds === RELATIONS) return 'relation';
  const [first = 'object'] = kinds;
  return first === 'enum' ? 'type' : first;
}
