import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module of src/, as far as its text tells. Paths are relative to src/, with '/'. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export interface Import {
  /** 'report/model.ts' for a module of ours, 'pg' or 'node:fs' for another. */
  readonly target: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every module of src/. */
export function readSources(): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, 'src', path), 'utf8');
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
