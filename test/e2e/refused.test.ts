import { describe, expect, it } from 'vitest';
import { openPullRequest } from '../support/pull-request.ts';

describe('a run that could not begin', () => {
  it.each([
    ['an input that means nothing', { policy: 'foo' }],
    ['a folder that the pull request has removed', { cwd: 'gone' }],
  ])('for %s leaves no green verdict behind', async (_, inputs) => {
    const folder = 'cwd' in inputs ? 'gone/' : '';
    const table = 'CREATE TABLE t (id bigint);\n-- Rollback\n-- DROP TABLE t;\n';
    const pull = await openPullRequest(
      { [`${folder}migrations/001_a.sql`]: 'SELECT 1;\n' },
      { [`${folder}migrations/002_b.sql`]: table },
    );
    const before = 'cwd' in inputs ? inputs : {};
    expect((await pull.run({ with: before })).outputs.result).toBe('passed');
    expect(pull.comments()).toEqual([expect.stringContaining('passed')]);
    if ('cwd' in inputs) pull.push({ 'gone/migrations/001_a.sql': null, 'gone/migrations/002_b.sql': null });
    const run = await pull.run({ with: inputs });
    expect(run).toMatchObject({ exitCode: 2, outputs: { result: 'error' } });
    expect(run.annotations).toContainEqual(expect.objectContaining({ level: 'error' }));
    expect(run.summary).toContain('bad-usage');
    expect(pull.comments()).toEqual([expect.stringContaining('bad-usage')]);
    expect(pull.github.problems).toEqual([]);
  });
});
