import * as z from 'zod';
import { REPOSITORY } from '../repository.ts';
import { reportSchema } from './model.ts';

/** The JSON Schema (draft 2020-12) of the report, published as docs/report.schema.json. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  return {
    $schema,
    $id: `https://raw.githubusercontent.com/${REPOSITORY}/v0/docs/report.schema.json`,
    title: 'Lockstep report',
    description: 'What a run of Lockstep found out. What was not measured is absent.',
    ...schema,
  };
}
