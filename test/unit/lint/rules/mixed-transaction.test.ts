import { beforeAll, describe, expect, test } from 'vitest';
import { guard } from '../../../../src/lint/guard.ts';
import { layoutNamed } from '../../../../src/project/layouts/detect.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { RepoFile } from '../../../../src/project/types.ts';
import { ruleContext } from '../../../support/guarded.ts';

beforeAll(loadParser);

const MIXED = `CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$;
SET lock_timeout = '1s';
CREATE INDEX CONCURRENTLY i ON t (a);
REINDEX INDEX CONCURRENTLY i;
CREATE VIEW v AS SELECT 1;`;

const GOOSE = MIXED.replace('CREATE FUNCTION', '-- +goose StatementBegin\n$&').replace(
  'END\n$$;',
  '$&\n-- +goose StatementEnd',
);

interface Case {
  readonly path: string;
  readonly text: string;
  /** Besides what the index and its rebuild are marked with, none is. */
  readonly marked: RegExp | undefined;
  /** A part that lost the file's way back. */
  readonly wayBack?: RegExp;
}

const cases: Record<string, Case> = {
  goose: {
    path: 'db/007_m.sql',
    text: `-- +goose Up\n${GOOSE}\n\n-- +goose Down\nDROP VIEW v;\n`,
    marked: /^-- \+goose NO TRANSACTION\n-- \+goose Up$/m,
    wayBack: /^-- \+goose Down$/m,
  },
  dbmate: {
    path: 'db/007_m.sql',
    text: `-- migrate:up\n${MIXED}\n\n-- migrate:down\nDROP VIEW v;\n`,
    marked: /^-- migrate:up transaction:false$/m,
    wayBack: /^-- migrate:down$/m,
  },
  'node-pg-migrate': {
    path: 'db/007_m.sql',
    text: `-- Up Migration\n${MIXED}\n\n-- Down Migration\nDROP VIEW v;\n`,
    marked: /^-- lockstep: no-transaction\n-- Up Migration$/m,
    wayBack: /^-- Down Migration$/m,
  },
  atlas: { path: 'db/007_m.sql', text: MIXED, marked: /^-- atlas:txmode none\n\n/m },
  flyway: { path: 'db/V007__m.sql', text: MIXED, marked: undefined },
  numbered: {
    path: 'db/007_m.sql',
    text: `-- up\n${MIXED}\n-- down\nDROP VIEW v;\n`,
    marked: undefined,
    wayBack: /^-- down$/m,
  },
  'golang-migrate': { path: 'db/007_m.up.sql', text: MIXED, marked: undefined },
  prisma: { path: 'prisma/migrations/20240101000000_m/migration.sql', text: MIXED, marked: undefined },
};

/** What the rules that protect databases say of a folder, and what the layout refuses; what is newest is 007. */
function judged(tool: string, files: readonly RepoFile[]) {
  const layout = layoutNamed(tool);
  const directory = tool === 'prisma' ? 'prisma/migrations' : 'db';
  const { migrations, ignored } = layout.read(directory, files, { placeholders: {} });
  const scripts = migrations.map((migration) => ({ migration, half: 'up' as const, script: migration.up, full: true }));
  const newestVersion = migrations.at(-1)?.version;
  return {
    migrations,
    ignored,
    findings: guard(scripts, ruleContext({ layout, newestVersion })).flatMap(({ findings }) => findings),
    refused: migrations
      .flatMap(({ sectionProblems = [], directives }) => [...sectionProblems, ...directives.problems])
      .map(({ message }) => message)
      // Its sum is made anew, as after any edit, and a `.conf` lies beside the script.
      .filter((message) => !message.includes('atlas.sum') && !message.includes('.conf')),
  };
}

/** The files that a suggestion writes out. */
function written(suggestion: string): RepoFile[] {
  return suggestion.split(/^-- (?=(?:db|prisma)\/\S+$)/m).flatMap((part) => {
    const [path = '', ...lines] = part.split('\n');
    return path === '' ? [] : [{ path, bytes: Buffer.from(lines.join('\n')) }];
  });
}

describe('the split that is suggested is one that the tool takes', () => {
  test.each(Object.entries(cases))('%s', (tool, { path, text, marked, wayBack }) => {
    const before = judged(tool, [{ path, bytes: Buffer.from(text) }]);
    const found = before.findings.find(({ rule }) => rule === 'mixed-transaction');
    const files = written(found?.suggestion ?? '');
    const texts = files.map(({ bytes }) => bytes.toString());
    const after = judged(tool, files);
    expect(after.findings).toEqual([]);
    expect(after.refused).toEqual([]);
    expect(after.ignored).toEqual([]);
    // Nothing is lost, and each runs in the order in which it stood.
    expect(after.migrations.map(({ path: at }) => at)).toEqual(files.map(({ path: at }) => at));
    expect(texts.join('').match(/CREATE (?:TABLE|FUNCTION|INDEX|VIEW)|REINDEX/g)).toEqual(
      MIXED.match(/CREATE (?:TABLE|FUNCTION|INDEX|VIEW)|REINDEX/g),
    );
    for (const one of texts) {
      if (marked) expect(marked.test(one)).toBe(/CONCURRENTLY/.test(one));
      if (wayBack) expect(one).toMatch(wayBack);
    }
  });

  test('Flyway is told of a statement that it would open a transaction for', () => {
    const [file] = judged('flyway', [
      { path: 'db/V007__m.sql', bytes: Buffer.from('CREATE TABLE t ();\nREINDEX INDEX CONCURRENTLY i;') },
    ]).findings;
    expect(file?.suggestion).toContain(
      '-- db/V008__m_part_2.sql\n-- with executeInTransaction=false in V008__m_part_2.sql.conf\nREINDEX',
    );
  });
});
