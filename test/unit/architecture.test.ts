import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSources, roomOf, type SourceFile } from '../support/sources.ts';

const sources = readSources();

/** What each room may import, apart from itself and from the ground floor. Dependencies point downwards. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  settings: [],
  services: ['settings'],
  project: ['settings', 'services'],
  postgres: ['project', 'settings', 'services'],
  // Two kinds of judgement stay apart: what the text says, and what Postgres did.
  lint: ['project', 'settings', 'services'],
  rehearsal: ['postgres', 'project', 'settings', 'services'],
  deploy: ['postgres', 'project', 'settings', 'services'],
  judgement: ['lint', 'rehearsal', 'postgres', 'project', 'settings', 'report'],
  report: ['settings', 'project'],
  delivery: ['report', 'services', 'settings'],
  commands: ['deploy', 'rehearsal', 'lint', 'judgement', 'report', 'postgres', 'project', 'settings', 'services'],
  'failure.ts': ['report', 'services'],
  'log-file.ts': ['report'],
  'run.ts': ['commands', 'delivery', 'report', 'services', 'settings', 'failure.ts', 'log-file.ts'],
  'leave.ts': [],
  'main.ts': ['run.ts', 'leave.ts'],
};

/** What everything stands on: small, without I/O, importing nothing of ours. */
const GROUND_FLOOR = ['errors.ts', 'version.ts', 'repository.ts', 'nearest.ts', 'settle.ts', 'project/place.ts'];

/** Shapes that are contracts between the rooms: their types may be imported from anywhere. */
const CONTRACTS = ['report/model.ts', 'report/target-model.ts', 'settings/types.ts'];

/** Programs, servers, files and clocks. */
const IO = /^(node:(?!path)|pg$|@squawk-cli|@octokit|@actions)/;

function offences(test: (file: SourceFile) => readonly string[]): string[] {
  return sources.flatMap((file) => test(file).map((what) => `${file.path}: ${what}`));
}

function isBarrel(code: string): boolean {
  const rest = code.replace(/^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+'[^']+';?/gm, '');
  return rest.trim() === '' && code.trim() !== '';
}

describe('the direction of dependencies', () => {
  it('points downwards', () => {
    expect(
      offences(({ path, imports }) => {
        const room = roomOf(path);
        const allowed = ALLOWED[room] ?? [];
        return imports
          .filter(({ own, target }) => own && !target.startsWith('..') && !GROUND_FLOOR.includes(target))
          .filter(({ target, typeOnly }) => !(typeOnly && CONTRACTS.includes(target)))
          .filter(({ target }) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
          .map(({ target }) => `imports ${target}`);
      }),
    ).toEqual([]);
  });

  it('leaves no room without a rule', () => {
    const known = [...Object.keys(ALLOWED), ...GROUND_FLOOR];
    const rooms = new Set(sources.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => !known.includes(room))).toEqual([]);
    // Nor a rule for a room that is no more.
    expect(Object.keys(ALLOWED).filter((room) => !rooms.has(room))).toEqual([]);
  });

  it('is told in docs/architecture.md, room by room', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/architecture.md', import.meta.url)), 'utf8');
    const told = [...page.matchAll(/^\| `src\/([\w.-]+)` \|/gm)].map(([, room]) => room);
    expect(told.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('has no circles', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const circles = new Set<string>();
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.add([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path) || trail.includes(path)) return;
      const imports = byPath.get(path)?.imports.filter(({ own, typeOnly }) => own && !typeOnly) ?? [];
      for (const { target } of imports) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const { path } of sources) visit(path, []);
    expect([...circles]).toEqual([]);
  });

  // A deploy that has nothing to do would build the schemas of the whole report, which only a reader of foreign ones needs.
  it('lets the terminal be written to without the schemas of the report', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { target, own, typeOnly, dynamic } of byPath.get(path)?.imports ?? []) {
        if (own && !typeOnly && !dynamic) visit(target);
      }
    };
    visit('report/terminal/report.ts');
    expect(reached.size).toBeGreaterThan(10);
    expect([...reached].filter((path) => /report\/(target-)?model\.ts$/.test(path))).toEqual([]);
  });

  it.each(GROUND_FLOOR)('ends at %s', (path) => {
    const file = sources.find((each) => each.path === path);
    expect(file?.imports.filter(({ own, target }) => own && !target.startsWith('..'))).toEqual([]);
  });
});

describe('what a room may do', () => {
  it.each(['judgement', 'report'])('%s does no I/O', (room) => {
    expect(
      offences(({ path, imports }) => {
        return roomOf(path) !== room
          ? []
          : imports.filter(({ target, typeOnly }) => !typeOnly && IO.test(target)).map(({ target }) => target);
      }),
    ).toEqual([]);
  });

  it.each(['project', 'lint', 'settings', 'judgement', 'report'])('%s knows no database', (room) => {
    expect(
      offences(({ path, imports }) =>
        roomOf(path) === room && imports.some(({ target }) => target === 'pg') ? ['pg'] : [],
      ),
    ).toEqual([]);
  });

  it('only settings reads the environment', () => {
    expect(
      offences(({ path, code }) => (roomOf(path) !== 'settings' && /process\.env\b/.test(code) ? ['process.env'] : [])),
    ).toEqual([]);
  });

  it('only run sets the exit status', () => {
    expect(offences(({ code }) => code.match(/process\.(exit\b|exitCode)/g) ?? [])).toEqual([]);
  });

  it('nobody prints past the reporters', () => {
    expect(offences(({ code }) => code.match(/\bconsole\.\w+|process\.std(out|err)\b/g) ?? [])).toEqual([]);
  });

  it('--version loads nothing heavy', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const loaded = new Set<string>();
    const load = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { own, target, typeOnly, dynamic } of byPath.get(path)?.imports ?? []) {
        if (typeOnly || dynamic) continue;
        if (own) load(target);
        else loaded.add(target);
      }
    };
    load('main.ts');
    expect(
      [...loaded].filter(
        (target) => !target.endsWith('.ts') && !target.startsWith('node:') && !target.endsWith('.json'),
      ),
    ).toEqual([]);
  });
});

describe('the form of a file', () => {
  it('is 400 lines at the very most', ({ annotate }) => {
    const long = sources.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`);
    if (long.length > 0) void annotate(`longer than 250 lines: ${long.join(', ')}`, 'warning');
    expect(offences(({ lines }) => (lines > 400 ? [`${lines} lines`] : []))).toEqual([]);
  });

  it('is a module with named exports, not a barrel', () => {
    expect(
      offences(({ path, code }) => [
        ...(/^export default\b/m.test(code) ? ['a default export'] : []),
        ...(/(^|\/)index\.ts$/.test(path) ? ['a file called index'] : []),
        ...(isBarrel(code) ? ["nothing but other files' exports"] : []),
      ]),
    ).toEqual([]);
  });

  it('has a name in kebab case', () => {
    expect(offences(({ path }) => (/^[a-z0-9/-]+\.ts$/.test(path) ? [] : ['the name']))).toEqual([]);
  });

  it('imports with the extension', () => {
    const ours = ({ own, target }: { own: boolean; target: string }): boolean => own && !/\.(ts|json)$/.test(target);
    expect(offences(({ imports }) => imports.filter(ours).map(({ target }) => target))).toEqual([]);
  });

  it('imports zod as a whole, which leaves half a megabyte of its translations out of the bundle', () => {
    expect(offences(({ code }) => code.match(/^import \{.*\} from 'zod'/gm) ?? [])).toEqual([]);
  });

  it('names no registry: packages come from wherever npm is configured to get them', () => {
    expect(offences(({ text }) => text.match(/registry\.[a-z]+\.[a-z]+|npmjs\.(org|com)/g) ?? [])).toEqual([]);
  });
});
