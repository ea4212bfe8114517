import { expect, it } from 'vitest';
import { MOST_BYTES, readForeign } from '../../../src/report/foreign.ts';
import { everything, told } from '../../support/reports/everything.ts';

/** The report of somebody whom we have no reason to believe. */

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const check = { ...everything, command: 'check' };

it('of a check is read, without a word about targets and deployments', () => {
  const found = readForeign(bytes({ ...check, deployment: told.deployment, deployCode: true }));
  const report = 'report' in found ? found.report : undefined;
  expect(report).toMatchObject({
    foreign: true,
    command: 'check',
    result: everything.result,
    findings: everything.findings,
  });
  for (const key of ['deployment', 'deployCode', 'target', 'history', 'plan', 'lock', 'log'])
    expect(report).not.toHaveProperty(key);
});

it.each<[string, Buffer, RegExp]>([
  ['no JSON', Buffer.from('{"a":'), /no JSON/],
  ['bytes of anything', Buffer.from([0, 255, 254]), /no JSON/],
  ['a list', bytes([]), /its top/],
  ['another form', bytes({ ...check, findings: [{ rule: 1 }] }), /\(at findings\.0\.\w+\)/],
  ['a key that we do not know', bytes({ ...check, extra: 1 }), /its top/],
  ['another version', bytes({ ...check, schemaVersion: 2 }), /\(at schemaVersion\)/],
  ['an answer that no check has', bytes({ ...check, result: 'applied' }), /not the report of a check/],
  ['another command', bytes({ ...check, command: 'apply' }), /not the report of a check/],
  [
    'a key of __proto__',
    Buffer.from(JSON.stringify(check).replace('{', '{"__proto__":{"result":"passed"},')),
    /not what/,
  ],
  ['too much', Buffer.alloc(MOST_BYTES + 1, ' '), /larger than 5 MB/],
])('%s is none, and nothing of it is quoted', (_, given, problem) => {
  expect(readForeign(given)).toEqual({ problem: expect.stringMatching(problem) });
});

it('a hostile key is not in the words about it', () => {
  const found = readForeign(bytes({ ...check, timings: { '@acme/everyone\n::error::': 'x' } }));
  expect(found).toEqual({ problem: expect.not.stringContaining('acme') });
});
