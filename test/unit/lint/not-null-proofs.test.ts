import { beforeAll, expect, test } from 'vitest';
import { notNullProofs } from '../../../src/lint/not-null-proofs.ts';
import { loadParser } from '../../../src/project/sql.ts';

beforeAll(loadParser);

test.each([
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL)', true],
  ['ALTER TABLE t ADD CHECK (a IS NOT NULL)', true],
  ['ALTER TABLE public.t ADD CONSTRAINT c CHECK (a IS NOT NULL AND b IS NOT NULL)', true],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID', false],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c', true],
  ['ALTER TABLE t ADD CHECK (a IS NOT NULL) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT t_a_check', true],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL);\nALTER TABLE t DROP CONSTRAINT c', false],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL OR b IS NOT NULL)', false],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (b IS NOT NULL)', false],
  ['ALTER TABLE u ADD CONSTRAINT c CHECK (a IS NOT NULL)', false],
  ['ALTER TABLE other.t ADD CONSTRAINT c CHECK (a IS NOT NULL)', false],
  ['-- ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL)', false],
])('%s proves t.a: %s', (sql, expected) => {
  const scripts = sql.split(';\n').map((text, index) => ({ path: `${index}.sql`, text }));
  expect(notNullProofs(() => scripts).has('t', 'a')).toBe(expected);
});
