import { describe, expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { checkHere, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { committedFiles } from '../../support/graphile.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { npmTool, roundTrip } from '../../support/round-trip.ts';

const migrate = (repo: GitRepo, url: string): string => npmTool('graphile-migrate', ['migrate'], repo, url);

const ROWS = 'SELECT * FROM graphile_migrate.migrations ORDER BY filename';
const FOLDER = 'migrations/committed/';

function inFolder(bodies: readonly string[], names: readonly string[] = []): Record<string, string> {
  const files = committedFiles(bodies, names);
  return { '.gmrc': '{}\n', ...Object.fromEntries(Object.entries(files).map(([name, text]) => [FOLDER + name, text])) };
}

roundTrip({
  name: 'graphile-migrate',
  files: (migrations) => ({
    ...inFolder(
      migrations.map(({ up }) => up),
      migrations.map(({ name }) => name),
    ),
    'migrations/current.sql': '-- what is being written\nCREATE TABLE never ();\n',
  }),
  migrate,
  rows: ROWS,
  lock: { key: 4_727_445_306_447_283n, refusal: 'Failed to get exclusive lock' },
  varying: ['date'],
});

runsExample({
  name: 'graphile-migrate',
  tool: 'graphile-migrate',
  newest: [`${FOLDER}000003-index-loans-book-id.sql`],
  down: 'reversed',
  agrees: (repo, { url }) => expect(migrate(repo, `${url}?sslmode=disable`)).toContain('Already up to date'),
});

const target = targets();

function repository(files: Readonly<Record<string, string>>, config = ''): GitRepo {
  return gitRepo({ ...files, 'lockstep.yml': `lock_timeout: 1s\n${config}` });
}

const withoutTls = ({ url }: Target): string => `${url}?sslmode=disable`;

describe('traps of graphile-migrate', () => {
  const bodies = ['CREATE TABLE a (id int);', 'CREATE TABLE b (id int);', 'CREATE TABLE c (id int);'];

  it('an edited text is refused by both, on an empty database', async () => {
    const shop = await target();
    const files = inFolder(bodies);
    const repo = repository({ ...files, [`${FOLDER}000002.sql`]: `${files[`${FOLDER}000002.sql`]}-- a comment\n` });
    const refused = await lockstepHere('apply', repo, shop.url);
    expect(refused.report.result, refused.printed).toBe('refused');
    expect(refused.printed).toContain(`${FOLDER}000002.sql:2: graphile-migrate refuses this file`);
    expect(await shop.relations()).not.toContain('public.a');
    expect(() => migrate(repo, withoutTls(shop))).toThrow('has the file been tampered with?');
  });

  it('an edit after it was applied is told, also where Lockstep has not applied it; `accept` releases it', async () => {
    const shop = await target();
    const repo = repository(inFolder(bodies.slice(0, 2)));
    migrate(repo, withoutTls(shop));
    // As `uncommit`, an edit and `commit` would leave it: the chain is right, and is another one.
    const edited = ['CREATE TABLE a (id int);', 'CREATE TABLE b (id bigint);', 'CREATE TABLE c (id int);'];
    repo.commit('edited', inFolder(edited));
    const { report } = await lockstepHere('plan', repo, shop.url);
    expect(report.plan?.gates).toContainEqual(
      expect.objectContaining({ name: 'edited', open: false, details: [`000002 (${FOLDER}000002.sql)`] }),
    );
    expect(() => migrate(repo, withoutTls(shop))).toThrow('violates foreign key constraint');
    const accept = `history:\n  accept:\n    - { path: ${FOLDER}000002.sql, reason: staging has both }\n`;
    repo.commit('accepted', { 'lockstep.yml': accept });
    const accepted = await lockstepHere('apply', repo, shop.url);
    expect(accepted.report.result, accepted.printed).toBe('applied');
    expect(migrate(repo, withoutTls(shop))).toContain('Already up to date');
  });

  it('line ends of Windows are refused by both', async () => {
    const shop = await target();
    const windows = Object.fromEntries(
      Object.entries(inFolder(bodies)).map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]),
    );
    const repo = repository(windows);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report, printed).toMatchObject({ result: 'refused', project: { tool: 'graphile-migrate' } });
    expect(printed).toContain('CRLF');
    expect(() => migrate(repo, withoutTls(shop))).toThrow('there should be two newlines after the headers section');
  });

  it('two branches that commit the same number: check tells, and so does a plan that comes too late', async () => {
    const shop = await target();
    const repo = repository(inFolder(bodies.slice(0, 1), ['a']));
    repo.branch('change');
    repo.checkout('main');
    repo.commit('theirs', inFolder(bodies.slice(0, 2), ['a', 'b']));
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    repo.branch('merged');
    repo.commit('ours', inFolder([...bodies.slice(0, 1), 'CREATE TABLE x (id int);'], ['a', 'x']));
    const { report, printed } = await checkHere(repo);
    expect(report.result, printed).toBe('blocked');
    const help = expect.stringContaining('000003-x.sql');
    expect(report.findings).toContainEqual(expect.objectContaining({ rule: 'duplicate-version', help }));
    const planned = await lockstepHere('plan', repo, shop.url);
    expect(planned.report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'edited', open: false }));
  });

  it('the names of the database and its owner are put in, as the tool does', async () => {
    const [ours, theirs] = [await target(), await target()];
    const body =
      "CREATE TABLE names AS SELECT ':DATABASE_NAME' AS name, ':DATABASE_OWNER' AS owner;\nGRANT CONNECT ON DATABASE :DATABASE_NAME TO :DATABASE_OWNER;";
    const repo = repository(inFolder([body]));
    const { report, printed } = await lockstepHere('apply', repo, ours.url);
    expect(report.result, printed).toBe('applied');
    migrate(repo, withoutTls(theirs));
    for (const shop of [ours, theirs]) {
      expect(await shop.rows('SELECT * FROM names')).toEqual([{ name: shop.database, owner: shop.role }]);
    }
    const verified = await lockstepHere('verify', repo, ours.url);
    expect(verified.report.result, verified.printed).toBe('passed');
    repo.branch('change');
    repo.commit('more', inFolder([body, 'GRANT CONNECT ON DATABASE :DATABASE_NAME TO PUBLIC;']));
    const checked = await checkHere(repo);
    expect(checked.report.result, checked.printed).toBe('passed');
  });

  it('what is being written is no change, and nothing is said of it', async () => {
    const repo = repository({ ...inFolder(bodies), 'migrations/current.sql': '' });
    repo.branch('writing');
    repo.commit('writing', { 'migrations/current.sql': 'DROP TABLE a;\n', 'migrations/current/001.sql': '' });
    const { report, printed } = await checkHere(repo);
    expect(report, printed).toMatchObject({ result: 'noop', project: { tool: 'graphile-migrate', migrations: 3 } });
  });
});
