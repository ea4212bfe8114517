// The report of a real check, by the sources as they are: a pull request on the example, with a harmless migration and
// one that locks. For README's picture.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRepository } from './demo-repository.mjs';
import { commitAll, neutralEnvironment, startBranch } from './scratch-git.mjs';

const MIGRATIONS = {
  '016_add_gift_notes.sql': `ALTER TABLE orders ADD COLUMN gift_note text;

-- Rollback
-- ALTER TABLE orders DROP COLUMN gift_note;
`,
  '017_index_orders_by_day.sql': `-- "What was sold today?"
CREATE INDEX orders_placed_at_idx ON orders (placed_at);

-- Rollback
-- DROP INDEX orders_placed_at_idx;
`,
};

export function reportOfExample(root) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-picture-')));
  try {
    const [dist, shop, report] = ['dist', 'shop', 'report.json'].map((name) => join(directory, name));
    execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), dist], { cwd: root, stdio: 'inherit' });
    buildRepository(join(root, 'examples', 'shop'), shop);
    // The shop's tests find `pg` in the folders above.
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');
    startBranch(shop, 'gift-notes', 'main');
    for (const [name, sql] of Object.entries(MIGRATIONS))
      writeFileSync(join(shop, 'database', 'migrations', name), sql);
    commitAll(shop, 'Gift notes, and what was sold today', 20);
    const range = ['--base', 'main', '--head', 'gift-notes', '--cache-directory', join(directory, 'bases')];
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(dist, 'index.cjs'), 'check', ...range, '--report', report],
      { cwd: shop, env: neutralEnvironment(), encoding: 'utf8' },
    );
    if (status !== 1) throw new Error(`the check should block, but its exit status is ${status}:\n${stderr}`);
    return JSON.parse(readFileSync(report, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
