import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { changedLines, touches } from '../../../src/project/changed-lines.ts';
import { Git } from '../../../src/project/git.ts';
import { GitFiles } from '../../../src/project/git-files.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

const lines = (...texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');
const ten = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`);

async function changes(repo: GitRepo, mergeBase: string, head: string, paths: readonly string[]) {
  const files = new GitFiles(await Git.open(repo.dir, repo.env));
  return changedLines(files, { baseTip: mergeBase, mergeBase, head, notices: [] }, paths);
}

/** Commits `before`, then writes `after`, and asks for the lines in each: as a commit, or as the working tree. */
async function between(
  head: 'a commit' | 'the working tree',
  before: Parameters<GitRepo['write']>[0],
  after: Parameters<GitRepo['write']>[0],
  paths: readonly string[],
) {
  const repo = gitRepo({ README: '' });
  const base = repo.commit('base', before);
  if (head === 'a commit') return changes(repo, base, repo.commit('head', after), paths);
  repo.write(after);
  return changes(repo, base, 'worktree', paths);
}

describe.each(['a commit', 'the working tree'] as const)('in %s', (head) => {
  test('altered and added lines are told, lines around those taken out are not', async () => {
    const altered = [...ten];
    altered.splice(7, 1);
    altered[1] = 'other';
    altered.push('eleven', 'twelve');
    const changed = await between(head, { 'm/1.sql': lines(...ten) }, { 'm/1.sql': lines(...altered) }, ['m/1.sql']);
    expect(changed.get('m/1.sql')).toEqual([
      { first: 2, last: 2 },
      { first: 10, last: 11 },
    ]);
  });

  test('a new file is changed as a whole, however it came', async () => {
    const before = { 'm/1.sql': 'a', 'm/3.sql': lines(...ten) };
    const after = { 'm/2.sql': 'b', 'm/3.sql': null, 'm/4.sql': lines(...ten) };
    const changed = await between(head, before, after, ['m/1.sql', 'm/2.sql', 'm/3.sql', 'm/4.sql']);
    expect([...changed].sort()).toEqual([
      ['m/2.sql', 'all'],
      ['m/4.sql', 'all'],
    ]);
  });

  test.each([
    'with space.sql',
    'größe.sql',
    'a "quoted" one.sql',
    'b/+++ b.sql',
    'tab\t.sql',
    'two\nlines.sql',
    '*.sql',
    ':(top)x',
    '-x',
  ])('a file may be called %j', async (path) => {
    const changed = await between(head, { [path]: 'a\nb\n' }, { [path]: 'a\nc\n', other: 'x' }, [path]);
    expect([...changed]).toEqual([[path, [{ first: 2, last: 2 }]]]);
  });

  test('what counts as binary has lines, too', async () => {
    const before = { '.gitattributes': '*.sql binary\n', 'x.sql': 'a\n\0\n' };
    const changed = await between(head, before, { 'x.sql': 'a\n\0\0\nb' }, ['x.sql']);
    expect(changed.get('x.sql')).toEqual([{ first: 2, last: 3 }]);
  });

  test('the project’s way to show differences does not count', async () => {
    const repo = gitRepo({ '.gitattributes': '*.sql diff=sql\n', 'x.sql': 'a\nb\n' });
    const base = repo.git('rev-parse', 'HEAD');
    for (const [key, value] of [
      ['diff.sql.textconv', 'false'],
      ['diff.sql.command', 'false'],
      ['diff.external', 'false'],
      ['diff.noprefix', 'true'],
      ['diff.context', '9'],
      ['diff.interHunkContext', '9'],
      ['color.ui', 'always'],
      ['core.quotepath', 'off'],
    ] as const) {
      repo.git('config', key, value);
    }
    repo.write({ 'x.sql': 'a\nc\n' });
    const at = head === 'a commit' ? repo.commit('head') : 'worktree';
    expect([...(await changes(repo, base, at, ['x.sql']))]).toEqual([['x.sql', [{ first: 2, last: 2 }]]]);
  });

  test('paths that are no files of the repository are no lines of it', async () => {
    const odd = ['', '.', '..', '../x', '/etc/passwd', 'm', 'gone.sql'];
    expect((await between(head, { 'm/1.sql': 'a' }, { 'm/1.sql': 'b', 'm/2.sql': 'b' }, odd)).size).toBe(0);
  });
});

test('a name that is not UTF-8 is found as it is told elsewhere', async () => {
  const repo = gitRepo();
  const blob = (text: string) =>
    execFileSync('git', ['-C', repo.dir, 'hash-object', '-w', '--stdin'], { env: repo.env, input: text });
  const commit = (text: string): string => {
    const tree = Buffer.concat([
      Buffer.from(`100644 blob ${blob(text).toString().trim()}\t`),
      Buffer.from([0xe9]),
      Buffer.from('.sql\0'),
    ]);
    const made = execFileSync('git', ['-C', repo.dir, 'mktree', '-z'], { env: repo.env, input: tree });
    return repo.git('commit-tree', made.toString().trim(), '-m', 'odd');
  };
  const [before, after] = [commit('a\nb\n'), commit('a\nc\n')];
  expect([...(await changes(repo, before, after, ['\uFFFD.sql']))]).toEqual([['\uFFFD.sql', [{ first: 2, last: 2 }]]]);
});

test('against the empty tree everything is new', async () => {
  const repo = gitRepo({ 'm/1.sql': 'a' });
  const git = await Git.open(repo.dir, repo.env);
  const changed = await changes(repo, await git.emptyTree(), repo.git('rev-parse', 'HEAD'), ['m/1.sql']);
  expect(changed.get('m/1.sql')).toBe('all');
});

test.each([
  [1, 2, false],
  [1, 3, true],
  [5, 5, true],
  [4, 9, true],
  [6, 8, false],
  [9, 9, true],
])('lines %i to %i touch 3 to 5 and 9: %s', (line, endLine, expected) => {
  const changed = new Map([
    [
      'x',
      [
        { first: 3, last: 5 },
        { first: 9, last: 9 },
      ],
    ],
  ]);
  expect(touches(changed, 'x', line, endLine)).toBe(expected);
  expect(touches(changed, 'y', line, endLine)).toBe(false);
  expect(touches(new Map([['x', 'all' as const]]), 'x', line, endLine)).toBe(true);
});

test.each(['new', 'altered'])('1,000 %s files are told apart before anybody notices', async (kind) => {
  const repo = gitRepo({ README: '' });
  const paths = Array.from({ length: 1_000 }, (_, index) => `db/migrations/${index}_a_name_of_usual_length.sql`);
  const all = (text: string) => Object.fromEntries(paths.map((path) => [path, text]));
  const base = kind === 'new' ? repo.git('rev-parse', 'HEAD') : repo.commit('base', all('select 1;\nselect 2;\n'));
  const head = repo.commit('head', all('select 1;\nselect 3;\n'));
  const began = performance.now();
  const changed = await changes(repo, base, head, paths);
  const took = performance.now() - began;
  expect(changed.size).toBe(1_000);
  // 15 and 60 ms on an idle machine with two processors; the tests share theirs.
  expect(took).toBeLessThan(500);
});
