/**
 * Block Kit, as far as messages of Lockstep are made of it: https://docs.slack.dev/reference/block-kit/blocks and
 * .../composition-objects/text-object. The lengths are documented there; that Slack counts UTF-16 units is not. Any other block
 * or field is a fault here, be it one that Slack knows.
 */

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong, where: 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]', in Slack's manner. */
type Complaint = string;

const MOST_BLOCKS = 50;
const MOST_ELEMENTS = 10;
const MOST_FIELDS = 10;
const LONGEST = { section: 3_000, field: 2_000, header: 150, text: 3_000, blockId: 255 } as const;

export function checkBlocks(blocks: unknown): Complaint[] {
  if (!Array.isArray(blocks)) return [complaint('must be an array', '/blocks')];
  const ids = blocks.flatMap((block) =>
    isFields(block) && typeof block.block_id === 'string' ? [block.block_id] : [],
  );
  return [
    ...(blocks.length > MOST_BLOCKS ? [complaint(`no more than ${MOST_BLOCKS} items allowed`, '/blocks')] : []),
    ...(new Set(ids).size < ids.length ? [complaint('block_id already exists', '/blocks')] : []),
    ...blocks.flatMap((block, index) => checkBlock(block, `/blocks/${index}`)),
  ];
}

function checkBlock(block: unknown, at: string): Complaint[] {
  if (!isFields(block)) return [complaint('must be an object', at)];
  const check = typeof block.type === 'string' && Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : undefined;
  if (check === undefined) return [complaint(`unsupported type: ${String(block.type)}`, `${at}/type`)];
  const { known, about } = check;
  return [
    ...unknown(block, ['type', 'block_id', ...known], at),
    ...(block.block_id === undefined ? [] : checkString(block.block_id, LONGEST.blockId, `${at}/block_id`)),
    ...about(block, at),
  ];
}

interface Check {
  readonly known: readonly string[];
  readonly about: (block: Fields, at: string) => Complaint[];
}

const BLOCKS: Readonly<Record<string, Check>> = {
  section: {
    known: ['text', 'fields', 'expand'],
    about: ({ text, fields, expand }, at) => [
      ...(text === undefined && fields === undefined ? [complaint('missing required field: text', at)] : []),
      ...(text === undefined ? [] : checkText(text, LONGEST.section, `${at}/text`)),
      ...(fields === undefined
        ? []
        : checkList(fields, MOST_FIELDS, `${at}/fields`, (each, place) => checkText(each, LONGEST.field, place))),
      ...(expand === undefined || typeof expand === 'boolean' ? [] : [complaint('must be a boolean', `${at}/expand`)]),
    ],
  },
  header: { known: ['text'], about: ({ text }, at) => checkText(text, LONGEST.header, `${at}/text`, ['plain_text']) },
  context: {
    known: ['elements'],
    about: ({ elements }, at) =>
      checkList(elements, MOST_ELEMENTS, `${at}/elements`, (each, place) => checkText(each, LONGEST.text, place)),
  },
  divider: { known: [], about: () => [] },
};

function checkList(
  list: unknown,
  most: number,
  at: string,
  check: (each: unknown, at: string) => Complaint[],
): Complaint[] {
  if (!Array.isArray(list) || list.length === 0) return [complaint('must be an array of at least one item', at)];
  return [
    ...(list.length > most ? [complaint(`no more than ${most} items allowed`, at)] : []),
    ...list.flatMap((each, index) => check(each, `${at}/${index}`)),
  ];
}

const TEXT_FIELDS: Readonly<Record<string, string>> = { plain_text: 'emoji', mrkdwn: 'verbatim' };

function checkText(object: unknown, most: number, at: string, types = Object.keys(TEXT_FIELDS)): Complaint[] {
  if (!isFields(object)) return [complaint('must be a text object', at)];
  const { type } = object;
  if (typeof type !== 'string' || !types.includes(type)) return [complaint(`unsupported type: ${type}`, `${at}/type`)];
  const flag = TEXT_FIELDS[type] ?? '';
  return [
    ...unknown(object, ['type', 'text', flag], at),
    ...(object[flag] === undefined || typeof object[flag] === 'boolean' ? [] : [complaint('must be a boolean', at)]),
    ...checkString(object.text, most, `${at}/text`),
  ];
}

function checkString(value: unknown, most: number, at: string): Complaint[] {
  if (typeof value !== 'string') return [complaint('must be a string', at)];
  if (value.length === 0) return [complaint('must be more than 0 characters', at)];
  return value.length > most ? [complaint(`must be less than ${most + 1} characters`, at)] : [];
}

function unknown(object: Fields, known: readonly string[], at: string): Complaint[] {
  return Object.keys(object)
    .filter((key) => !known.includes(key))
    .map((key) => complaint(`unexpected field: ${key}`, at));
}

function complaint(what: string, at: string): Complaint {
  return `[ERROR] ${what} [json-pointer:${at}]`;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * How much all blocks may hold together is not documented; Slack refuses more than about 13,200 characters, and some 125 fewer
 * for a divider beside them (slackapi/bolt-js#2509). What is not ASCII counts as its escape here, the worst that may be.
 */
const MOST_TOGETHER = 13_200;
const OF_EACH = 125;

export function isTooLong(blocks: unknown): boolean {
  if (!Array.isArray(blocks)) return false;
  const json = JSON.stringify(blocks);
  const escapes = json.match(/[^\0-\x7f]/g)?.length ?? 0;
  return json.length + 5 * escapes + OF_EACH * blocks.length > MOST_TOGETHER;
}
