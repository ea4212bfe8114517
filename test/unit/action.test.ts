import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outputsOf } from '../../src/delivery/step.ts';
import { inputVariable, options } from '../../src/settings/options.ts';
import { passed } from '../fixtures/reports.ts';
import { problemsOf } from '../support/actions/action-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(`${root}action.yml`, 'utf8');

interface Manifest {
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly env: Readonly<Record<string, string>>; readonly run: string }[];
  };
}

const manifest = parse(text) as Manifest;
const names = ['command', ...options.map(({ name }) => name)];

describe('action.yml', () => {
  it("is right for GitHub's own parser", () => {
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text.replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  });

  it('fits the marketplace', () => {
    expect(manifest.description.length).toBeLessThanOrEqual(125);
  });

  it('has every option as an input, without a default that would win over lockstep.yml', () => {
    expect(Object.keys(manifest.inputs)).toEqual(names);
    const defaults = Object.entries(manifest.inputs).filter(([, input]) => input.default !== undefined);
    expect(defaults.map(([name, input]) => [name, input.default])).toEqual([
      ['github_token', '\u0024{{ github.token }}'],
    ]);
  });

  it('is one step, which gets every input by its environment, and nothing else of an expression', () => {
    const [step, ...others] = manifest.runs.steps;
    expect(others).toEqual([]);
    expect(step?.env).toEqual(Object.fromEntries(names.map((name) => [inputVariable(name), `\${{ inputs.${name} }}`])));
    expect(step?.run).not.toContain('\u0024{{');
    expect(Object.keys(step ?? {})).toEqual(['id', 'shell', 'env', 'run']);
  });

  it('has the outputs that the program sets and the page explains', () => {
    const set = Object.keys(outputsOf(passed, undefined, undefined));
    const page = readFileSync(`${root}docs/outputs.md`, 'utf8').split('\n## ')[1] ?? '';
    expect(Object.keys(manifest.outputs)).toEqual(set);
    expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(set);
    for (const name of set) expect(manifest.outputs[name]?.value).toBe(`\${{ steps.lockstep.outputs.${name} }}`);
  });
});
