// The demo's second part: what was merged is deployed, to a Postgres that stands in for production.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPullRequests } from './demo-repository.mjs';
import { isAsExpected, runProgram } from './demo-runs.mjs';
import { checkOut, commitAll, merge } from './scratch-git.mjs';

/** Works with the few rows of a laptop, and not in production, where a product is sold out. */
const SHOWROOM = {
  id: '018_put_products_into_showroom',
  sql: `-- 018: one piece of each product goes to the showroom.

ALTER TABLE products ADD COLUMN in_showroom INTEGER NOT NULL DEFAULT 0;

UPDATE products SET stock = stock - 1, in_showroom = 1;

-- Rollback
-- UPDATE products SET stock = stock + in_showroom;
-- ALTER TABLE products DROP COLUMN in_showroom;
`,
};
const SOLD_OUT = "UPDATE products SET stock = 0 WHERE sku = 'MUG-001'";

/** What the migration that failed would have left. */
const LEFT = `SELECT
  (SELECT count(*) FROM pg_attribute WHERE attrelid = 'products'::regclass AND attname = 'in_showroom'),
  (SELECT sum(stock) FROM products),
  (SELECT count(*) FROM lockstep.migrations WHERE id = '${SHOWROOM.id}')`;

/**
 * Runs the part; resolves to its runs, to fewer when `signal` aborts. The server is gone then, whatever happened.
 * `root`: of Lockstep; `directory`: holds the repository in `shop`, and `reports`.
 */
export async function deployAll({ root, program, example, directory, signal }) {
  // Only now: its packages may have been installed a moment ago.
  const { startProduction } = await import('./demo-production.mjs');
  const started = performance.now();
  const settingsFile = join(example, 'lockstep.yml');
  const production = await startProduction({ root, settingsFile, cacheDirectory: join(directory, 'bases'), signal });
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`\nA ${production.version} stands in for production: started in ${seconds} s, empty, gone afterwards.`);
    const runs = [];
    for (const step of stepsOf({ program, example, directory, production })) {
      if (signal.aborted) break;
      const run = await step();
      runs.push(run);
      // Each step goes on from where the one before it came to.
      if (!isAsExpected(run)) break;
    }
    return runs;
  } finally {
    await production.stop();
  }
}

/** The story, a run for each step. */
function stepsOf({ program, example, directory, production }) {
  const repository = join(directory, 'shop');
  const planFile = join(directory, 'plan.json');
  const pullRequest = readPullRequests(example).find(({ expect }) => expect === 'passed');
  let digest = '';

  const deploy = async ({ name, heading, about, args, expect, holds }) => {
    const typed = [...args, '--database-url-env', 'DATABASE_URL', '--environment', 'production'];
    console.log(`\n━━━ ${heading} ━━━\n${about}\n$ lockstep ${shown(typed, planFile)}\n`);
    const { result, said, seconds } = await runProgram({
      program,
      args: [...typed, '--log-dir', join(directory, 'logs')],
      report: join(directory, 'reports', `deploy-${name.replace(/\W+/g, '-')}.json`),
      cwd: repository,
      env: { DATABASE_URL: production.url },
    });
    const problem = result === expect ? await holds(said) : undefined;
    return { name, expect, result: problem === undefined ? result : `${result}, but ${problem}`, seconds };
  };

  return [
    () => {
      checkOut(repository, 'main');
      return deploy({
        name: 'first deploy',
        heading: 'The first deploy',
        about: 'All that `main` has goes to the empty database, under a lock that only one deploy can hold.',
        args: ['apply', '--yes', '--quiet'],
        expect: 'applied',
        holds: (said) => differs(countOf(said, 'applied'), said.migrations.length, 'applied migrations'),
      });
    },
    () => {
      merge(repository, pullRequest.name, `Merge pull request: ${pullRequest.title}`, 20);
      return deploy({
        name: 'plan',
        heading: `Merged: ${pullRequest.title}`,
        about: '`plan` only reads. Its digest is what somebody approves.',
        args: ['plan', '--out', planFile],
        expect: 'planned',
        holds: (said) => {
          digest = said.plan.digest;
          return existsSync(planFile) ? differs(said.plan.pending.length, 2, 'pending migrations') : 'there is no plan';
        },
      });
    },
    () =>
      deploy({
        name: 'apply the plan',
        heading: 'Approved',
        about: 'What was approved runs, and nothing else; each migration is recorded together with what it did.',
        args: ['apply', '--plan', planFile, '--plan-digest', digest, '--yes'],
        expect: 'applied',
        holds: (said) => differs(countOf(said, 'applied'), 2, 'applied migrations'),
      }),
    () =>
      deploy({
        name: 'once more',
        heading: 'The same again',
        about: 'A deploy that is started twice does its work once.',
        args: ['apply', '--yes'],
        expect: 'noop',
        holds: (said) => differs(countOf(said, 'applied'), 0, 'applied migrations'),
      }),
    async () => {
      writeFileSync(join(repository, 'database', 'migrations', `${SHOWROOM.id}.sql`), SHOWROOM.sql);
      commitAll(repository, 'A showroom', 21);
      await production.query(SOLD_OUT);
      const before = await production.query(LEFT);
      const run = await deploy({
        name: 'a failure',
        heading: 'A migration fails in the middle',
        about: `${SHOWROOM.id} adds a column, then takes a piece off each stock. In production, the blue mugs are sold out.`,
        args: ['apply', '--yes'],
        expect: 'failed',
        holds: async (said) =>
          differs(countOf(said, 'failed'), 1, 'failed migrations') ??
          differs(String(await production.query(LEFT)), String(before), 'column, stocks and records'),
      });
      if (run.result === run.expect) {
        console.log('\nLooked up in the database: no column in_showroom, the stocks as before, no record of 018.');
      }
      return run;
    },
  ];
}

/** As a user would type it; a digest is cut short. */
function shown(args, planFile) {
  return args
    .map((arg) => (arg === planFile ? 'plan.json' : arg.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1...')))
    .join(' ');
}

function countOf(said, status) {
  return said.migrations.filter((migration) => migration.status === status).length;
}

/** undefined: they are the same. */
function differs(is, shouldBe, what) {
  return is === shouldBe ? undefined : `${what}: ${is} instead of ${shouldBe}`;
}
