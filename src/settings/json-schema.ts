import * as z from 'zod';
import { REPOSITORY } from '../repository.ts';
import { fileSchema } from './schema.ts';

/** The JSON Schema of lockstep.yml, for editors: published as docs/lockstep.schema.json. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  // Draft 7 is what editors' YAML support reads; 'input': as the file is written, with no key required for its default.
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    $id: `https://raw.githubusercontent.com/${REPOSITORY}/v0/docs/lockstep.schema.json`,
    title: 'lockstep.yml',
    ...schema,
  };
}
