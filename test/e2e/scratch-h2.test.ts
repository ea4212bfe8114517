import { readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { it } from 'vitest';
import { openPullRequest } from '../support/pull-request.ts';
const out = (...a: unknown[]) => appendFileSync('/tmp/h2/e2e.log', a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' ') + '\n');
const base = {
  'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n-- Rollback\n-- DROP TABLE users;\n',
  'lockstep.yml': 'postgres_version: 17\n',
};
const safe = {
  'migrations/002_index.sql': '-- lockstep: no-transaction\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n-- Rollback\n-- DROP INDEX CONCURRENTLY users_email_idx;\n',
};
const head = (s = '') => s.split('\n').slice(0, 8).join(' | ').slice(0, 700);
it('A unwritable html', async () => {
  const pull = await openPullRequest(base, safe);
  const r = await pull.run({ with: { html: 'migrations', report: 'out/new/report.json', summary: 'out/s.md', sarif: 'out/x.sarif' } });
  out('A exit', r.exitCode, r.outputs);
  const j = JSON.parse(readFileSync(String(r.outputs.report_path), 'utf8'));
  out('A json result', j.result, 'error', j.error);
  out('A summaryfile', head(readFileSync(String(r.outputs.report_path).replace('new/report.json', 's.md'), 'utf8')));
  out('A comment', head(pull.comments()[0]));
  out('A log', r.log.slice(-1500));
});
it('B output unwritable', async () => {
  const pull = await openPullRequest(base, safe);
  const r = await pull.run({ env: { GITHUB_OUTPUT: '/proc/nowhere/x' }, with: {test_command: 'chmod 000 "$GITHUB_OUTPUT"; true'} });
  out('B exit', r.exitCode, r.outputs, 'comment', head(pull.comments()[0]), 'LOG', r.log.slice(-1200), 'SUMMARY', head(r.summary));
});
it('C graphql refused and error', async () => {
  const pull = await openPullRequest(base, safe);
  const r = await pull.run();
  out('C1 exit', r.exitCode, head(pull.comments()[0]));
  for (let i = 0; i < 5; i++) try { pull.github.fail('graphql' as never, { kind: 'status', status: 403 } as never); } catch (e) { out(String(e)); }
  const r2 = await pull.run({ with: { postgres_version: '17x' } });
  out('C2 (17x) exit', r2.exitCode, pull.comments().length, head(pull.comments()[0]), r2.log.slice(-600));
});
it('D rerun of a single job', async () => {
  const pull = await openPullRequest(base, safe);
  const bad = await pull.run({ runId: 9500, with: { test_command: 'exit 1' } });
  out('D1', bad.exitCode, head(pull.comments()[0]));
  const good = await pull.run({ runId: 9500, runAttempt: 2, with: { test_command: 'true' } });
  out('D2', good.exitCode, head(pull.comments()[0]));
});
