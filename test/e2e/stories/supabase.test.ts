import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { pullRequest } from '../../support/workflows/events.ts';
import { ended, pipeline, tables, template } from './pipeline.ts';

/** A Supabase project by its template: one workflow, one approval, and the Supabase CLI's own history. */

const target = targets();

const SUPABASE = '.github/workflows/supabase.yml';

const first = {
  'supabase/migrations/20260101000000_notes.sql':
    'CREATE TABLE notes (owner uuid NOT NULL);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n',
};

/** As the comment at the top of the template has it. */
const settings = template('lockstep-supabase.yml')
  .split('\n')
  .filter((line) => /^# {3}\S.*:|^# {5}\S/.test(line) && !/_URL/.test(line))
  .map((line) => line.slice(4))
  .join('\n');

it('is checked on the pull request, and applied after the merge and an approval', async () => {
  const shop = await pipeline(target);
  const { admin, rows } = shop.production;
  await admin.query(`CREATE SCHEMA supabase_migrations;
    CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
    GRANT USAGE ON SCHEMA supabase_migrations TO PUBLIC;
    GRANT ALL ON supabase_migrations.schema_migrations TO PUBLIC`);
  expect(settings).toMatch(/preset: supabase.*id_format: version/s);
  const workflow = template('lockstep-supabase.yml')
    .replace('$default-branch', 'main')
    .replace(/(- name: Deploy the code\n {8}run: ).*\n(?: {10}.*\n)+/, "$1echo 'The code is out.'\n");
  shop.repo.commit('Supabase', { [SUPABASE]: workflow, 'lockstep.yml': `${settings}\n` });
  shop.repo.branch('feature');
  shop.repo.commit('notes', first);
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'HEAD') });
  const checked = await shop.ship({ workflow: SUPABASE, event: pullRequest(shop.repo) });
  expect(ended(checked, 'migrations', 'plan-production', 'production'), checked.log).toBe(
    'migrations success, plan-production skipped, production skipped',
  );
  expect(shop.comments()).toEqual([expect.stringContaining('20260101000000_notes')]);
  shop.repo.checkout('main');
  shop.merge(first, 'Notes (#42)');
  const run = await shop.ship({ workflow: SUPABASE });
  expect(ended(run, 'migrations', 'plan-production', 'production', 'deploy', 'told'), run.log).toBe(
    'migrations skipped, plan-production success, production success, deploy success, told success',
  );
  expect(run.approvals).toEqual([{ environment: 'production', job: 'production', answer: 'approve' }]);
  expect(await tables(shop.production)).toBe('notes');
  expect(await rows('SELECT version FROM supabase_migrations.schema_migrations')).toEqual([
    { version: '20260101000000' },
  ]);
  expect(shop.comments()).toEqual([expect.stringMatching(/`production`: 1 migration applied.*20260101000000_notes/s)]);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
});
