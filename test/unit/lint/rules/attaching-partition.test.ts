import { beforeAll, expect, test } from 'vitest';
import { attachingPartition } from '../../../../src/lint/rules/attaching-partition.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

const ATTACH = "ALTER TABLE events ATTACH PARTITION s.part FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');";
const parent = 'CREATE TABLE events (at date) PARTITION BY RANGE (at);';
const rest = 'CREATE TABLE events_rest PARTITION OF events DEFAULT;';
const part = 'CREATE TABLE s.part (at date);';
const CHECK = "ALTER TABLE s.part ADD CONSTRAINT bounds CHECK (at >= '2024-01-01')";

test.each([
  ['rows nobody has vouched for', [parent, part], ATTACH, ['s.part']],
  ['a CHECK that is not valid', [parent, part, `${CHECK} NOT VALID;`], ATTACH, ['s.part']],
  ['the default partition', [parent, part, rest], ATTACH, ['s.part', 'events_rest']],
  ['the default partition alone', [parent, rest], `${part} ${ATTACH}`, ['events_rest']],
  ['the new default partition', [parent, part], 'ALTER TABLE events ATTACH PARTITION s.part DEFAULT;', ['s.part']],
  [
    'an attached default partition',
    [parent, 'CREATE TABLE r (at date);', 'ALTER TABLE events ATTACH PARTITION r DEFAULT;'],
    `${part} ${ATTACH}`,
    ['r'],
  ],
  [
    'a partition that is made',
    [parent, rest],
    "CREATE TABLE p PARTITION OF events FOR VALUES IN ('x');",
    ['events_rest'],
  ],
  ['a DO block', [parent, part], `DO $$ BEGIN ${ATTACH} END $$;`, ['s.part']],
])('what is read is found: %s', (_, base, sql, relations) => {
  const found = hazards(attachingPartition, sql, { base });
  expect(brief(found)).toEqual(['1 warn attaching-partition']);
  expect(found[0]?.relations).toEqual(relations);
});

test.each([
  ['a valid CHECK', [parent, part, `${CHECK};`], ATTACH],
  ['a validated one', [parent, part, `${CHECK} NOT VALID;`, 'ALTER TABLE s.part VALIDATE CONSTRAINT bounds;'], ATTACH],
  ['one of its definition', [parent, 'CREATE TABLE s.part (at date CHECK (at > now()));'], ATTACH],
  ['one of the same file', [parent, part], `${CHECK};\n${ATTACH}`],
  ['a new table', [parent], `${part} ${ATTACH}`],
  ['a new parent', [part], `${parent} ${ATTACH}`],
  ['no default partition', [parent], "CREATE TABLE p PARTITION OF events FOR VALUES IN ('x');"],
  ['a default partition', [parent], rest],
  ['a partition that goes', [parent], 'ALTER TABLE events DETACH PARTITION s.part;'],
  ['a comment', [parent, part], `-- ${ATTACH}\nSELECT 1;`],
])('but not with %s', (_, base, sql) => expect(hazards(attachingPartition, sql, { base })).toEqual([]));

test('nor of what an earlier file has made', () => {
  expect(hazards(attachingPartition, ATTACH, { base: [parent], earlier: [part] })).toEqual([]);
});
