// A public history, read from a clone and laid out anew, so that `check` sees a branch with one migration more than main.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, initRepository } from '../../scripts/scratch-git.mjs';

/** Migrations of a history at a commit, in order: { name, up, down }. */
export function readHistory(clone, { directory, file, down, order }, commit = 'HEAD') {
  const git = (...args) => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const paths = git('ls-tree', '-r', '-z', '--name-only', commit, '--', `${directory}/`).split('\0').filter(Boolean);
  const below = new Set(paths.map((path) => path.slice(directory.length + 1)));
  const text = (path) => git('show', `${commit}:${directory}/${path}`);
  const found = [...below].flatMap((path) => {
    const [, name] = file.exec(path) ?? [];
    if (name === undefined) return [];
    const twin = down?.replace('$1', name);
    return [{ name, up: () => text(path), down: twin && below.has(twin) ? () => text(twin) : undefined }];
  });
  // Diesel writes the same date with and without hyphens.
  const number = ({ name }) => BigInt(/^[\d-]+/.exec(name)?.[0].replaceAll('-', '') || 0);
  const byText = (a, b) => (a.name < b.name ? -1 : 1);
  const byNumber = (a, b) => (number(a) === number(b) ? byText(a, b) : number(a) < number(b) ? -1 : 1);
  return found.sort(order === 'numeric' ? byNumber : byText);
}

/** A repository whose commits come as they are asked for. */
export class Stage {
  #written = 0;

  constructor(directory, migrations, { protocol, postgres }) {
    this.directory = directory;
    this.migrations = migrations;
    this.suffix = protocol === 'one query' ? '.up.sql' : '.sql';
    mkdirSync(join(directory, 'migrations'), { recursive: true });
    writeFileSync(
      join(directory, 'lockstep.yml'),
      `migrations:\n  directory: migrations\n${postgres ? `postgres_version: ${postgres}\n` : ''}`,
    );
    initRepository(directory);
    commitAll(directory, 'Nothing', 1);
  }

  /** Commits all before the one of this index, and then that one: { base, head, path }, names of commits and its file. */
  commit(index) {
    const isNext = this.#written === index;
    while (this.#written < index) this.#write(this.#written++);
    if (!isNext) commitAll(this.directory, `Before ${index}`, 1);
    const base = this.#head();
    const path = this.#write(this.#written++);
    commitAll(this.directory, `${index}`, 1);
    return { base, head: this.#head(), path };
  }

  #head() {
    return execFileSync('git', ['-C', this.directory, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  }

  #write(index) {
    const { name, up, down } = this.migrations[index];
    const stem = join('migrations', `${String(index + 1).padStart(5, '0')}_${name.replace(/[^\w-]+/g, '_')}`);
    writeFileSync(join(this.directory, `${stem}${this.suffix}`), up());
    if (down) writeFileSync(join(this.directory, `${stem}.down.sql`), down());
    return `${stem}${this.suffix}`;
  }
}
