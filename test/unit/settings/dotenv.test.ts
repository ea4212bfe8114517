import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDotenv } from '../../../src/settings/dotenv.ts';

let near = '';
let far = '';
beforeAll(() => {
  near = mkdtempSync(join(tmpdir(), 'lockstep-dotenv-'));
  far = mkdtempSync(join(tmpdir(), 'lockstep-dotenv-'));
  writeFileSync(join(near, '.env'), 'DATABASE_URL="postgres://near"\nEMPTY=\n# NOT=this\n');
  writeFileSync(join(near, '.env.local'), 'LOCAL=1\n');
  writeFileSync(join(far, '.env.local'), 'DATABASE_URL=postgres://far-local\n');
  writeFileSync(join(far, '.env'), "EMPTY='postgres://far'\n");
});
afterAll(() => {
  rmSync(near, { recursive: true });
  rmSync(far, { recursive: true });
});

describe('a .env file', () => {
  it('is looked for in the folder, then at the root; .env.local comes first', () => {
    expect(fromDotenv([near, far], 'DATABASE_URL')).toEqual({ value: 'postgres://near', path: join(near, '.env') });
    expect(fromDotenv([far, near], 'DATABASE_URL')?.value).toBe('postgres://far-local');
  });

  it('an empty value says nothing', () => {
    expect(fromDotenv([near, far], 'EMPTY')).toEqual({ value: 'postgres://far', path: join(far, '.env') });
  });

  it('that is not there, or lacks the variable, is no error', () => {
    expect(fromDotenv([near, '/nowhere'], 'NOT')).toBeUndefined();
  });
});
