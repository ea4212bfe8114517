import { describe, expect, it } from 'vitest';
import { inItsLanguage } from '../../../src/judgement/program-comments.ts';
import { spokenTo } from '../../../src/project/command-tools/layout-of.ts';
import type { Finding } from '../../../src/report/model.ts';

function adviceFor(path: string, help: string): string {
  const finding: Finding = {
    ...{
      rule: 'down-differs',
      severity: 'block',
      source: 'rehearsal',
      path,
      line: 1,
      endLine: 1,
      message: 'It differs.',
      docsUrl: '',
      evidence: 'unproven',
    },
    help,
  };
  return inItsLanguage(finding).help;
}

describe('advice to write a comment to Lockstep', () => {
  const comment = '-- lockstep-ignore ban-truncate -- a cache';

  it.each(['a.js', 'a.ts', 'db/a.mjs', 'a.cts'])('is one of JavaScript in %s', (path) => {
    expect(adviceFor(path, `Say so:\n${comment}\nTRUNCATE a;`)).toBe(
      'Say so:\n// lockstep-ignore ban-truncate -- a cache\nTRUNCATE a;',
    );
  });

  it.each(['a.rb', 'app/migrations/0001_a.py'])('is one of Ruby and Python in %s', (path) => {
    expect(adviceFor(path, 'say: `-- lockstep: irreversible reason=...`.')).toBe(
      'say: `# lockstep: irreversible reason=...`.',
    );
  });

  it('is what Lockstep reads there', () => {
    expect(spokenTo(adviceFor('a.js', comment))).toBe(comment);
    expect(spokenTo(adviceFor('a.py', comment))).toBe(comment);
  });

  it('stays as it is in SQL, and where it is no word to Lockstep', () => {
    expect(adviceFor('a.sql', comment)).toBe(comment);
    expect(adviceFor('a.js', 'ALTER TABLE a ADD b int; -- instant')).toBe('ALTER TABLE a ADD b int; -- instant');
  });
});
