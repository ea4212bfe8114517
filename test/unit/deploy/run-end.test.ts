import { describe, expect, it } from 'vitest';
import { ledgerIn } from '../../../src/deploy/ledger/ledger.ts';
import { endRun } from '../../../src/deploy/ledger/write.ts';

/** The text that the row of a run gets as its error. */
function errorIn(error: string): string {
  const sql = endRun(ledgerIn('lockstep'), '7', { result: 'failed', applied: 0, error });
  return /error = '(.*)', finished_at/.exec(sql)?.[1] ?? '';
}

describe('the error of a run, in the ledger', () => {
  it('stands there as it is, up to a length', () => {
    expect(errorIn('x'.repeat(4_000))).toBe('x'.repeat(4_000));
  });

  it('is cut between two characters when it is longer, and shows that it was cut', () => {
    const smiles = (number: number): string => '😀'.repeat(number);
    // A smile takes two units: the limit stands between two smiles, then in the middle of one.
    expect(errorIn(smiles(3_000))).toBe(`${smiles(2_000)}…`);
    expect(errorIn(`x${smiles(3_000)}`)).toBe(`x${smiles(1_999)}…`);
  });
});
