import { describe, expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { checkHere, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { roundTrip } from '../../support/round-trip.ts';
import { type StandIn, standIn } from '../../support/stand-in.ts';

/**
 * Atlas is a program in Go. Its table: cmd/atlas/internal/migrate/ent/migrate/schema.go, as ent makes it; rows: Execute in
 * sql/migrate/migrate.go; hashes by Python's hashlib, which agrees with the vectors of Atlas' own tests.
 */

const TABLE = 'atlas_schema_revisions.atlas_schema_revisions';
const CREATE = `CREATE SCHEMA IF NOT EXISTS "atlas_schema_revisions";
CREATE TABLE "atlas_schema_revisions"."atlas_schema_revisions" (
  "version" character varying NOT NULL, "description" character varying NOT NULL, "type" bigint NOT NULL DEFAULT 2,
  "applied" bigint NOT NULL DEFAULT 0, "total" bigint NOT NULL DEFAULT 0, "executed_at" timestamptz NOT NULL,
  "execution_time" bigint NOT NULL, "error" text NULL, "error_stmt" text NULL, "hash" character varying NOT NULL,
  "partial_hashes" jsonb NULL, "operator_version" character varying NOT NULL, PRIMARY KEY ("version"))`;

const row = (version: string, description: string, total: number, hash: string, type = 2, applied = total): string =>
  `INSERT INTO ${TABLE} VALUES ('${version}', '${description}', ${type}, ${applied}, ${total}, now(), 1000000, '', '', '${hash}', 'null', 'Atlas CLI v0.38.0')`;

interface Script {
  readonly name: string;
  readonly up: string;
  readonly description: string;
  readonly statements: number;
  readonly hash: string;
  /** Of atlas.sum, when this is the newest file. */
  readonly whole: string;
}

const scripts: readonly Script[] = [
  {
    name: '20250101000000_users.sql',
    up: 'CREATE TABLE users (id int PRIMARY KEY, name text);\n',
    description: 'users',
    statements: 1,
    hash: 'Mna3rxYvtAiXQrBbmNvC7RkNBHTu8sYNHyGUtIo19ds=',
    whole: 'Ab0RegdJsm9SSIRuxmJD0gnvatDbKv08RZTlIu4kYgs=',
  },
  {
    name: '20250102000000_orders.sql',
    up: "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);\nINSERT INTO users VALUES (1, 'a;b');\n",
    description: 'orders',
    statements: 2,
    hash: 'mo3ZO9/CxJGa3cX13xrskja8JQZZaHG4eP9HWJ9cw/0=',
    whole: 'BkqF9o556N9AaAjJQCjmkkfCU9CeN0Ose3YgefBOBPU=',
  },
  {
    name: '20250103000000_index.sql',
    up: '-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY orders_user ON orders (user_id);\n',
    description: 'index',
    statements: 1,
    hash: '+apDtqBYpcaeuMsQ4+RNxkL0fbmruRAq+pvH0yglrI4=',
    whole: 'DLavvfpoy2W8fAq3E1CItSuTIpm/c/rOiOoJmwRpPOc=',
  },
  {
    name: '20250104000000.sql',
    up: 'ALTER TABLE users ADD COLUMN email text;\n',
    description: '',
    statements: 1,
    hash: 'YXKKApoXD0jOpnbCJT+rDNIQEx+li/PI/O4sLQ5jxoA=',
    whole: 'LbTbgZhRAAmQyniXS6CS6twwdnNLQj8Xmws23oq1RHc=',
  },
];

const sumOf = (some: readonly Script[]): string =>
  `h1:${some.at(-1)?.whole}\n${some.map(({ name, hash }) => `${name} h1:${hash}\n`).join('')}`;
const folder = (some: readonly Script[]): Record<string, string> => ({
  ...Object.fromEntries(some.map(({ name, up }) => [`migrations/${name}`, up])),
  'migrations/atlas.sum': sumOf(some),
});

const tool: StandIn = {
  create: CREATE,
  table: TABLE,
  migrations: scripts.map(({ name, up, description, statements, hash }) => {
    const version = name.slice(0, 14);
    return {
      path: `migrations/${name}`,
      up,
      ...(up.includes('txmode none') ? { noTransaction: true } : {}),
      where: `version = '${version}'`,
      record: row(version, description, statements, hash),
    };
  }),
};

roundTrip({
  name: 'atlas',
  files: (migrations) => folder(scripts.slice(0, migrations.length)),
  migrations: scripts.map(({ name, up }, index) => ({ index, name, up, down: '' })),
  migrate: (repo, url) => standIn(tool, repo, url),
  rows: `SELECT * FROM ${TABLE} ORDER BY version`,
  varying: ['executed_at', 'execution_time', 'operator_version'],
});

runsExample({
  name: 'atlas',
  tool: 'atlas',
  newest: ['migrations/20250103000000_index_loans_book_id.sql'],
  base: {
    'migrations/atlas.sum': `h1:dgqGtNF4pCIBO0qaSyMVPHraUZ4j3V+8+JPIXRlDrOM=
20250101000000_create_books.sql h1:ypcQkc1ZAc2wwkkDeiX4k4n39YyhyG9ucK7q5AxSmdE=
20250102000000_create_loans.sql h1:BxyCenEZjkNncF81x/rfNltttRhUELYxXot+1ssn6+U=
`,
  },
  down: 'missing',
});

describe("Atlas' revisions", () => {
  const target = targets();
  const [first, second, index] = scripts as [Script, Script, Script];
  const repository = (some: readonly Script[]): GitRepo =>
    gitRepo({ ...folder(some), 'lockstep.yml': 'lock_timeout: 1s\n' });
  const revisions = (...rows: readonly string[]): string => [CREATE, ...rows].join(';\n');

  it('a broken atlas.sum stops a check and a deploy', async () => {
    const repo = repository([first]);
    repo.branch('change');
    repo.commit('not hashed', { [`migrations/${second.name}`]: second.up });
    const { report } = await checkHere(repo);
    expect(report.result).toBe('blocked');
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        path: `migrations/${second.name}`,
        severity: 'block',
        message: expect.stringContaining('atlas.sum is not that of these files'),
      }),
    );
    const shop = await target();
    const applied = await lockstepHere('apply', repo, shop.url);
    expect(applied.report.result, applied.printed).toBe('refused');
    expect(applied.printed).toContain('atlas.sum');
  });

  it('what a baseline stands for is applied; what came too late is told, and applied when it may', async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${revisions(row('20250102000000', 'orders', 0, '', 1))}; RESET ROLE`,
    );
    const based = await lockstepHere('plan', repository([first, second, index]), shop.url);
    expect(based.report.plan?.pending, based.printed).toHaveLength(1);

    const late = await target();
    await late.admin.query(
      `SET ROLE ${late.role}; ${revisions(row('20250102000000', 'orders', 2, second.hash))}; RESET ROLE`,
    );
    const planned = await lockstepHere('plan', repository([first, second]), late.url);
    expect(planned.report.result, planned.printed).toBe('refused');
    expect(planned.report.notices).toContainEqual(expect.stringContaining('would skip this silently'));
    expect(planned.report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'order', open: false }));
    const allowed = gitRepo({ ...folder([first, second]), 'lockstep.yml': 'out_of_order: apply\n' });
    const applied = await lockstepHere('apply', allowed, late.url);
    expect(applied.report, applied.printed).toMatchObject({
      result: 'applied',
      migrations: [{ id: '20250101000000_users' }],
    });
  });

  it('partial progress is told, and `resolve` settles it', async () => {
    const shop = await target();
    const repo = repository([first, second]);
    standIn({ ...tool, migrations: tool.migrations.slice(0, 1) }, repo, `${shop.url}?sslmode=disable`);
    await shop.rows(row('20250102000000', 'orders', 2, second.hash, 2, 1));
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.result, stopped.printed).toBe('refused');
    expect(stopped.printed).toContain('1 of 2 statements were applied');
    const resolved = await lockstepHere(['resolve', '20250102000000_orders', '--as', 'rolled-back'], repo, shop.url);
    expect(resolved.report.result, resolved.printed).toBe('passed');
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    expect(
      await shop.rows(`SELECT version, type::int, applied::int, total::int FROM ${TABLE} ORDER BY 1 DESC`),
    ).toEqual([
      { version: '20250102000000', type: 2, applied: 2, total: 2 },
      { version: '20250101000000', type: 2, applied: 1, total: 1 },
    ]);
  });

  it('one of which nothing is applied is pending, as with Atlas', async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${revisions(row('20250101000000', 'users', 1, first.hash, 2, 0))}; RESET ROLE`,
    );
    const { report, printed } = await lockstepHere('apply', repository([first]), shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows(`SELECT applied::int FROM ${TABLE}`)).toEqual([{ applied: 1 }]);
  });

  it('a run that ends between leaves a row at which Atlas stops, and goes on from there', async () => {
    const shop = await target();
    const unique: Script = {
      ...index,
      up: index.up.replace('CREATE INDEX', 'CREATE UNIQUE INDEX'),
      hash: '1XHYG+YyxN/ZhCNMafhkeHxAQsttOGqk4YzuIchR7RI=',
      whole: 'F9iiSsEyQDDWWzMziI4BZ1Pkb7CaXrmJprWDtC15JI0=',
    };
    const repo = repository([first, second]);
    await lockstepHere('apply', repo, shop.url);
    await shop.rows('INSERT INTO orders VALUES (1, 1), (2, 1)');
    repo.commit('index', folder([first, second, unique]));
    const failed = await lockstepHere('apply', repo, shop.url);
    expect(failed.report.result, failed.printed).toBe('failed');
    const rows = () =>
      shop.rows(
        `SELECT applied::int, total::int, error <> '' AS told, partial_hashes::text AS hashes FROM ${TABLE} WHERE version = '20250103000000'`,
      );
    expect(await rows()).toEqual([{ applied: 1, total: 2, told: true, hashes: '["h1:lockstep"]' }]);
    await shop.rows('DELETE FROM orders WHERE id = 2');
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await rows()).toEqual([{ applied: 1, total: 1, told: false, hashes: 'null' }]);
  });

  it('an edit that atlas.sum goes along with is told, where Lockstep did not apply it', async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${revisions(row('20250101000000', 'users', 1, 'another='))}; RESET ROLE`,
    );
    const { report, printed } = await lockstepHere('plan', repository([first]), shop.url);
    expect(report.result, printed).toBe('noop');
    expect(report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'edited', open: true }));
  });
});
