import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module, as far as its text tells. */
export interface SourceFile {
  /** With '/', relative to where was looked. */
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

interface Import {
  /** 'report/model.ts' for a module of ours, 'pg' or 'node:fs' for another. */
  readonly target: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every module of src/; paths are relative to src/. */
export function readSources(): SourceFile[] {
  return readModules(join(root, 'src'));
}

/** Every module of the repository; paths are relative to its root. */
export function readRepository(): SourceFile[] {
  return ['src', 'test', 'scripts', 'bench'].flatMap((folder) => readModules(root, folder));
}

/** 'Report', 'creates': what a module offers to others by name. */
export function exportsOf({ code }: SourceFile): readonly string[] {
  const declared =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type|enum)\s+(\w+)/gm;
  return [...code.matchAll(declared)].map(([, name = '']) => name);
}

function readModules(base: string, folder = ''): SourceFile[] {
  return readdirSync(join(base, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mts|mjs)$/.test(path))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .sort()
    .map((path) => {
      const text = readFileSync(join(base, path), 'utf8');
      const code = withoutComments(text);
      return { path, text, code, lines: text.split('\n').length - 1, imports: importsOf(path, code) };
    });
}

/** The room that a module lies in: 'settings'; its own name when it lies in src/ itself. */
export function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** Good enough for code that a formatter has been over: comments begin a line or follow a space. */
function withoutComments(text: string): string {
  return text.replace(/\/\*\*?[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/ .*$/gm, '$1');
}

function importsOf(path: string, code: string): Import[] {
  const statics = code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\bfrom\s+)?'([^']+)'/gm);
  const dynamics = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statics].map(([, type, target = '']) => resolved(path, target, type !== undefined, false)),
    ...[...dynamics].map(([, target = '']) => resolved(path, target, false, true)),
  ];
}

function resolved(from: string, target: string, typeOnly: boolean, dynamic: boolean): Import {
  const own = target.startsWith('.');
  return { target: own ? posix.normalize(posix.join(dirname(from), target)) : target, own, typeOnly, dynamic };
}
