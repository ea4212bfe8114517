import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../../src/report/json-schema.ts';
import { deploys } from '../../fixtures/deploys.ts';
import { sampleReports } from '../../fixtures/reports.ts';

const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(reportJsonSchema());

describe('the published schema of the report', () => {
  it.each(Object.entries({ ...sampleReports, ...deploys }))('holds for the report %s', (_, report) => {
    validate(report);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['an unknown key', { extra: 1 }],
    ['an unknown result', { result: 'fine' }],
    ['a line 0', { findings: [{ ...sampleReports.blocked.findings[0], line: 0 }] }],
  ])('refuses %s', (_, wrong) => {
    expect(validate({ ...sampleReports.blocked, ...wrong })).toBe(false);
  });
});
