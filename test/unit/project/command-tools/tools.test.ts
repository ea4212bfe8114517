import { beforeAll, describe, expect, it } from 'vitest';
import { commandToolNamed } from '../../../../src/project/command-tools/tools.ts';
import { convexAnswer } from '../../../../src/project/convex.ts';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { toolLayout } from '../../../../src/project/tool-layout.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { repoFiles } from '../../../support/project.ts';

beforeAll(loadParser);

function read(tool: string, files: Readonly<Record<string, string>>, directory = '.'): readonly Migration[] {
  return toolLayout(tool).read(directory, repoFiles(files), { placeholders: {} }).migrations;
}

const ids = (migrations: readonly Migration[]): string[] => migrations.map(({ id }) => id);

function applied(
  tool: string,
  rows: readonly Record<string, unknown>[],
  known: readonly Migration[],
): readonly string[] {
  return bookkeepingOf(toolLayout(tool), undefined)?.history(rows, known).applied ?? [];
}

describe('migrations that are programs', () => {
  it('of Knex are known by their names, the ending included', () => {
    const found = read('knex', { '2_b.js': '', '10_a.ts': '', 'types.d.ts': '', 'README.md': '' });
    expect(ids(found)).toEqual(['10_a.ts', '2_b.js']);
    expect(found[0]?.up).toMatchObject({ text: '', program: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('of TypeORM are known by their classes, in the order of their times', () => {
    const found = read('typeorm', {
      'b.ts': 'export class Orders1767344400000 implements MigrationInterface {}',
      'a.ts': "export class Users implements MigrationInterface { name = 'Users1767258000000'; }",
      'helper.ts': 'export const x = 1;',
    });
    expect(ids(found)).toEqual(['Users1767258000000', 'Orders1767344400000']);
  });

  it('of Rails are known by their versions as numbers', () => {
    expect(ids(read('rails', { '010_b.rb': '', '9_a.rb': '', 'notes.rb': '' }))).toEqual(['9', '10']);
  });

  it('of Django follow what they depend on, over apps', () => {
    const found = read('django', {
      'a/migrations/0001_x.py': 'dependencies = [("b", "0001_y")]',
      'b/migrations/0001_y.py': 'dependencies = []',
      'b/migrations/__init__.py': '',
      'a/models.py': '',
    });
    expect(ids(found)).toEqual(['b.0001_y', 'a.0001_x']);
    expect(
      applied(
        'django',
        [
          { app: 'auth', name: '0001_initial' },
          { app: 'b', name: '0001_y' },
        ],
        found,
      ),
    ).toEqual(['b.0001_y']);
  });

  it('of Alembic are applied up to the heads of the history, through merges', () => {
    const found = read('alembic', {
      'a.py': 'revision = "r1"\ndown_revision = None',
      'b.py': "revision: str = 'r2'\ndown_revision: Union[str, None] = 'r1'",
      'c.py': 'revision = "r3"\ndown_revision = "r1"',
      'd.py': 'revision = "r4"\ndown_revision = ("r2", "r3")',
    });
    expect(ids(found)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(applied('alembic', [{ version_num: 'r2' }], found)).toEqual(['r1', 'r2']);
    expect(applied('alembic', [{ version_num: 'r4' }], found)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(applied('alembic', [{ version_num: 'gone' }], found)).toEqual(['gone']);
  });

  it('speak to Lockstep in their own comments', () => {
    const [js, py] = [
      read('knex', { '1.js': '// lockstep: phase=contract\nexports.up = () => {};' }),
      read('alembic', {
        'a.py': '# lockstep: irreversible reason=gone for good\nrevision = "a"\ndown_revision = None',
      }),
    ];
    expect(js[0]?.directives.phase).toBe('contract');
    expect(py[0]?.directives.irreversible).toMatchObject({ reason: 'gone for good', line: 1 });
  });

  it('find their commands by the files that are there', () => {
    expect(commandToolNamed('typeorm')?.applyCommand(['src/data-source.ts'])).toEqual([
      'npx',
      '--no-install',
      'typeorm-ts-node-commonjs',
      'migration:run',
      '-d',
      'src/data-source.ts',
    ]);
    expect(commandToolNamed('typeorm')?.applyCommand(['data-source.js'])?.[2]).toBe('typeorm');
    expect(commandToolNamed('typeorm')?.applyCommand([])).toBeUndefined();
    expect(commandToolNamed('rails')?.applyCommand(['Gemfile'])).toEqual(['bundle', 'exec', 'rake', 'db:migrate']);
    const undone = { id: 'a.0002_y', version: '0002', name: 'y', requires: ['b.0009_z', 'a.0001_x'] };
    expect(commandToolNamed('django')?.rollbackCommand([], undone)?.slice(-2)).toEqual(['a', '0001_x']);
    expect(
      commandToolNamed('django')
        ?.rollbackCommand([], { ...undone, requires: [] })
        ?.slice(-2),
    ).toEqual(['a', 'zero']);
  });
});

describe('Convex', () => {
  it('is told that there is nothing to migrate', () => {
    const answer = convexAnswer(['convex/schema.ts', 'convex/tasks.ts'], '{"dependencies":{"convex":"1.0.0"}}');
    expect(answer).toMatchObject({
      code: 'nothing-to-migrate',
      message: expect.stringContaining('its schema ships with its code'.replace('its schema', 'whose schema')),
    });
  });

  it.each([
    ['no schema', ['convex/tasks.ts'], '{"dependencies":{"convex":"1.0.0"}}'],
    ['no package', ['convex/schema.ts'], '{"dependencies":{"concave":"1.0.0"}}'],
    ['no manifest', ['convex/schema.ts'], undefined],
  ])('is not seen with %s', (_why, paths, manifest) => {
    expect(convexAnswer(paths, manifest)).toBeUndefined();
  });
});
