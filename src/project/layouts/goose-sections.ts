import { withoutComments } from '../comments.ts';
import { keepOnly } from '../place.ts';
import { valueFor } from '../placeholders.ts';
import { oncePerSource, type Source, scriptOf } from '../source.ts';
import { parseScript } from '../sql.ts';
import type { Script, SectionProblem } from '../types.ts';

/**
 * A file as goose reads it, line by line: https://github.com/pressly/goose, internal/sqlparser/parser.go. A statement ends with
 * a line that ends with ';', unless it stands between StatementBegin and StatementEnd.
 */

interface GooseSections {
  readonly up: Script;
  readonly down: Script | undefined;
  readonly noTransaction: boolean;
  /** What makes goose refuse the file, or run something else than stands there. */
  readonly refusals: readonly SectionProblem[];
}

const whole = oncePerSource((source) => readSections(source, false));
const withoutParser = oncePerSource((source) => readSections(source, true));

/** `loadParser` must have resolved, unless `upOnly`. */
export function gooseSections(source: Source, upOnly: boolean): GooseSections {
  return upOnly ? withoutParser(source) : whole(source);
}

type Half = 'up' | 'down';

const ANNOTATIONS = ['up', 'down', 'statementbegin', 'statementend', 'no transaction', 'envsub on', 'envsub off'];

const KNOWN =
  "goose's annotations are Up, Down, StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON and ENVSUB OFF: write one of them, or take the line out.";
const BLOCK = 'Put `-- +goose StatementBegin` above the statement, and `-- +goose StatementEnd` below it.';

/** Where the reading has come to. */
class Reader {
  readonly ranges: Record<Half, [number, number][]> = { up: [], down: [] };
  /** Where goose ends a statement that has no annotations of its own: offsets of the ';'. */
  readonly cuts: number[] = [];
  /** Offsets of the StatementEnd behind a statement without ';'. */
  readonly unended: number[] = [];
  /** Ranges in which goose puts values of the environment. */
  readonly substituted: [number, number][] = [];
  readonly refusals: SectionProblem[] = [];
  half: Half | undefined;
  noTransaction = false;
  readonly #path: string;
  readonly #code: string;
  #block: number | undefined;
  #substitutes = false;
  /** The first line of a statement that has no end yet. */
  #open: number | undefined;

  constructor(source: Source) {
    this.#path = source.path;
    this.#code = withoutComments(source.text, source.comments);
  }

  read(text: string): void {
    let start = 0;
    text.split('\n').forEach((raw, index) => {
      const line = raw.replace(/\r$/, '');
      // Newer versions of goose refuse a comment that names one further on; older ones do not.
      if (/^\s*--\s*\+goose/.test(line)) this.#annotation(line, start, index + 1);
      else this.#line(line, start, index + 1);
      if (this.half !== undefined) this.#extend(this.half, start, start + raw.length + 1);
      start += raw.length + 1;
    });
    const last = text.split('\n').length;
    if (this.half === undefined) this.#refuse(1, 'goose refuses a file without `-- +goose Up`');
    else if (this.#block !== undefined) this.#refuse(last, 'goose misses `-- +goose StatementEnd`', BLOCK);
    else this.#ended();
  }

  #annotation(line: string, start: number, number: number): void {
    const word = line.replaceAll('--', '').replace('+goose', '').trim();
    if (/^[ \t]/.test(line)) {
      this.#refuse(
        number,
        'goose refuses an annotation that does not begin its line',
        'Take the white space before it away.',
      );
      return;
    }
    switch (ANNOTATIONS.find((one) => one === word.toLowerCase())) {
      case 'up':
        if (this.half !== undefined) this.#refuse(number, 'goose refuses a second `-- +goose Up`');
        this.half = 'up';
        break;
      case 'down':
        if (this.half !== 'up' || this.#block !== undefined) {
          this.#refuse(number, 'goose refuses `-- +goose Down` anywhere but behind the section of `-- +goose Up`');
        }
        this.#ended();
        this.half = 'down';
        break;
      case 'statementbegin':
        if (this.half === undefined || this.#block !== undefined) {
          this.#refuse(number, 'goose refuses `-- +goose StatementBegin` here', BLOCK);
        }
        this.#block = start + line.length;
        break;
      case 'statementend':
        if (this.#block === undefined) {
          this.#refuse(number, 'goose refuses `-- +goose StatementEnd` without its begin', BLOCK);
        } else if (!/(?:^|;)\s*$/.test(this.#code.slice(this.#block, start))) this.unended.push(start);
        this.#block = undefined;
        this.#open = undefined;
        break;
      case 'no transaction':
        this.noTransaction = true;
        break;
      case 'envsub on':
        this.#substitutes = true;
        break;
      case 'envsub off':
        this.#substitutes = false;
        break;
      default:
        this.#refuse(number, `goose does not know \`+goose ${word}\`, and refuses the file`, KNOWN);
    }
  }

  #line(line: string, start: number, number: number): void {
    if (this.#open === undefined && (line === '' || line.trim().startsWith('--'))) return;
    if (this.#open === undefined && line.trim() !== '') {
      this.#open = number;
      if (this.half === undefined) this.#refuse(number, 'goose refuses what stands above `-- +goose Up`');
    }
    if (this.#substitutes) this.substituted.push([start, start + line.length]);
    if (this.#block !== undefined || !endsWithSemicolon(line)) return;
    this.#open = undefined;
    this.cuts.push(start + line.replace(/(?:^|\s)--.*$/, '').lastIndexOf(';'));
  }

  #ended(): void {
    if (this.#open !== undefined && this.half !== undefined) {
      const message = 'goose refuses a statement that no `;` at the end of a line ends';
      this.#refuse(this.#open, message, 'Write the `;` at the end of its last line.');
    }
    this.#open = undefined;
  }

  #extend(half: Half, from: number, to: number): void {
    const last = this.ranges[half].at(-1);
    if (last?.[1] === from) last[1] = to;
    else this.ranges[half].push([from, to]);
  }

  /** `help`: what to do, where it is not about the sections. */
  #refuse(line: number, message: string, help?: string): void {
    this.refusals.push({ path: this.#path, line, endLine: line, message, ...(help === undefined ? {} : { help }) });
  }
}

/** By words, as goose does: the last one before a word that begins a comment. */
function endsWithSemicolon(line: string): boolean {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const comment = words.findIndex((word) => word.startsWith('--'));
  return (comment < 0 ? words : words.slice(0, comment)).at(-1)?.endsWith(';') === true;
}

function readSections(source: Source, upOnly: boolean): GooseSections {
  const reader = new Reader(source);
  if (source.unreadable === undefined) reader.read(source.text);
  const { ranges, unended, noTransaction, refusals } = reader;
  const ended = unended.reduce((text, at) => {
    const end = text.slice(at).search(/[\r\n]|$/);
    return `${text.slice(0, at)};${' '.repeat(end - 1)}${text.slice(at + end)}`;
  }, source.text);
  const section = (half: Half): Script => scriptOf(source, keepOnly(ended, clipped(ranges[half], ended.length)));
  const up = section('up');
  const down = ranges.down.length > 0 ? section('down') : undefined;
  const more = upOnly ? [] : [up, ...(down ? [down] : [])].flatMap((script) => cutThrough(script, reader.cuts));
  return { up, down, noTransaction, refusals: [...refusals, ...more, ...unknownValues(source, reader.substituted)] };
}

/** The last line has no line break. */
function clipped(ranges: readonly [number, number][], length: number): [number, number][] {
  return ranges.map(([from, to]) => [from, Math.min(to, length)]);
}

/** Bodies of functions whose lines end with ';'. */
function cutThrough(script: Script, cuts: readonly number[]): SectionProblem[] {
  return (parseScript(script).statements ?? []).flatMap(({ start, end, line, endLine }) => {
    if (!cuts.some((cut) => cut > start && cut < end)) return [];
    const message =
      'goose cuts this statement in two at a `;` that ends a line: put it between `-- +goose StatementBegin` and `-- +goose StatementEnd`';
    return [{ path: script.path, line, endLine, message, help: BLOCK }];
  });
}

/** Where goose would put what its environment holds, and Lockstep has no value for. */
function unknownValues(source: Source, ranges: readonly [number, number][]): SectionProblem[] {
  if (ranges.length === 0) return [];
  const code = withoutComments(source.text, source.comments);
  return ranges.flatMap(([from, to]) =>
    [...code.slice(from, to).matchAll(/\$(?:\{(\w+)[^}]*\}|(\w+)|\$)/g)].map(({ 0: found, 1: braced, 2: bare }) => {
      const line = code.slice(0, from).split('\n').length;
      const name = braced ?? bare;
      const isName = name !== undefined && !/^\d/.test(name);
      const give = `give ${name} a value in \`rehearsal.placeholders\` of lockstep.yml`;
      const written = `\${${name}}`;
      const way = !isName
        ? 'write `-- +goose ENVSUB OFF` above it'
        : found === written
          ? give
          : `write \`${written}\`, and ${give}`;
      const message = `goose puts a value of its environment in place of ${found}, which Lockstep does not know: ${way}`;
      const help = isName ? valueFor(name) : 'Substitute for the statements alone that need it.';
      return { path: source.path, line, endLine: line, message, help };
    }),
  );
}
