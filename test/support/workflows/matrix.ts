/** The jobs that a matrix makes (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix). */

type Combination = Readonly<Record<string, unknown>>;

interface Matrix {
  readonly include?: readonly Combination[];
  readonly exclude?: readonly Combination[];
  readonly [name: string]: unknown;
}

/** Without a matrix there is one job, with no combination. */
export function combinations(matrix: unknown): readonly (Combination | undefined)[] {
  if (matrix === null || matrix === undefined) return [undefined];
  const { include = [], exclude = [], ...axes } = matrix as Matrix;
  const names = Object.keys(axes);
  const base = names
    .reduce<Combination[]>(
      (made, name) => made.flatMap((each) => (axes[name] as unknown[]).map((value) => ({ ...each, [name]: value }))),
      names.length === 0 ? [] : [{}],
    )
    .filter((each) => !exclude.some((pattern) => agrees(pattern, each)));
  const made: Combination[] = [...base];
  for (const extra of include) {
    // What is added must not write over a value of the axes; what was added before it may.
    const hosts = base.filter((each) => names.every((name) => !(name in extra) || same(extra[name], each[name])));
    if (hosts.length === 0) made.push(extra);
    for (const host of hosts) Object.assign(host, extra);
  }
  if (made.length === 0) throw new Error('Matrix vector does not contain any values');
  return made;
}

/** What stands in brackets behind the job's name. */
export function combinationName(combination: Combination): string {
  return Object.values(combination)
    .filter((value) => value !== null && typeof value !== 'object')
    .join(', ');
}

function agrees(pattern: Combination, combination: Combination): boolean {
  return Object.entries(pattern).every(([name, value]) => same(value, combination[name]));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
