// Makes migration histories that look like a product's own: tables, columns, indexes, foreign keys, functions, views,
// sample rows. The same seed gives the same files, byte for byte, on every machine.

const NOUNS = 'account invoice payment project task comment team member session device webhook event ticket plan'.split(
  ' ',
);
const COLUMNS = [
  ['title', 'TEXT'],
  ['position', 'BIGINT'],
  ['amount', 'NUMERIC(12, 2)'],
  ['settings', "JSONB NOT NULL DEFAULT '{}'"],
  ['archived', 'BOOLEAN NOT NULL DEFAULT false'],
  ['due_at', 'TIMESTAMPTZ'],
  ['external_id', 'UUID'],
  ['tags', "TEXT[] NOT NULL DEFAULT '{}'"],
];

/** How many of a hundred migrations are of which kind. */
const MIX = [
  [20, createTable],
  [30, addColumn],
  [16, createIndex],
  [4, createIndexConcurrently],
  [8, addForeignKey],
  [8, createFunction],
  [4, createView],
  [10, insertRows],
];

/**
 * `count` migrations, which run in this order on an empty database of Postgres 15 or later.
 * Returns [{ name: '0001_create_accounts_1.sql', sql }]; each has its way back in a `-- Rollback` block.
 */
export function generateMigrations({ count, seed = 1 }) {
  const random = randomFrom(seed);
  const state = { tables: [], serial: 0 };
  const width = Math.max(4, String(count).length);
  return Array.from({ length: count }, (_, index) => {
    const make = state.tables.length < 3 ? createTable : pickKind(random);
    const { title, up, down } = make(state, random);
    return { name: `${String(index + 1).padStart(width, '0')}_${title}.sql`, sql: fileOf(title, up, down) };
  });
}

/** One migration of about `bytes` bytes: a table and the rows of another system, a hundred to a statement. */
export function generateLargeMigration({ bytes, seed = 1 }) {
  const random = randomFrom(seed);
  const parts = [
    'CREATE TABLE imported_rows (id BIGINT PRIMARY KEY, label TEXT NOT NULL, amount BIGINT NOT NULL, note TEXT);\n',
  ];
  for (let size = 0, id = 1; size < bytes; ) {
    const rows = Array.from({ length: 100 }, () => {
      const amount = Math.floor(random() * 1e6);
      return `    (${id++}, 'Row ${id}', ${amount}, 'It''s what the old system said; ${amount.toString(36)}')`;
    });
    const statement = `INSERT INTO imported_rows (id, label, amount, note) VALUES\n${rows.join(',\n')};\n`;
    parts.push(statement);
    size += statement.length;
  }
  parts.push('\n-- Rollback\n-- DROP TABLE imported_rows;\n');
  return parts.join('');
}

function fileOf(title, up, down) {
  const rollback = down.map((statement) => `-- ${statement}`).join('\n');
  return `-- ${title.replaceAll('_', ' ')}\n\n${up.join('\n\n')}\n\n-- Rollback\n${rollback}\n`;
}

function createTable(state, random) {
  const table = { name: `${pick(NOUNS, random)}s_${++state.serial}`, columns: new Set() };
  const parent = random() < 0.4 && state.tables.length > 0 ? pick(state.tables, random).name : undefined;
  state.tables.push(table);
  const columns = [
    'id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    'name TEXT NOT NULL',
    ...(parent ? [`parent_id BIGINT REFERENCES ${parent} (id) ON DELETE CASCADE`] : []),
    `state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'done'))`,
    'created_at TIMESTAMPTZ NOT NULL DEFAULT now()',
  ];
  return {
    title: `create_${table.name}`,
    up: [
      `CREATE TABLE ${table.name} (\n    ${columns.join(',\n    ')}\n);`,
      `CREATE INDEX ${table.name}_state_idx ON ${table.name} (state);`,
      `COMMENT ON TABLE ${table.name} IS 'One row per ${table.name}; made for a measurement';`,
    ],
    down: [`DROP TABLE ${table.name};`],
  };
}

function addColumn(state, random) {
  const table = pick(state.tables, random);
  const [prefix, type] = pick(COLUMNS, random);
  const column = `${prefix}_${++state.serial}`;
  table.columns.add(column);
  return {
    title: `add_${table.name}_${column}`,
    up: [`ALTER TABLE ${table.name} ADD COLUMN ${column} ${type};`],
    down: [`ALTER TABLE ${table.name} DROP COLUMN ${column};`],
  };
}

function createIndex(state, random) {
  const { name: table, columns } = pick(state.tables, random);
  const column = columns.size > 0 ? pick([...columns], random) : 'name';
  const index = `${table}_${++state.serial}_idx`;
  return {
    title: `index_${table}_by_${column}`,
    up: [`CREATE INDEX ${index} ON ${table} (${column}, created_at DESC) WHERE state <> 'done';`],
    down: [`DROP INDEX ${index};`],
  };
}

function createIndexConcurrently(state, random) {
  const { title, up, down } = createIndex(state, random);
  const concurrently = (statement) => statement.replace(/^(CREATE|DROP) INDEX/, '$1 INDEX CONCURRENTLY');
  return { title, up: up.map(concurrently), down: down.map(concurrently) };
}

function addForeignKey(state, random) {
  const [{ name: from }, { name: to }] = [pick(state.tables, random), pick(state.tables, random)];
  const column = `ref_${++state.serial}`;
  const constraint = `${from}_${column}_fkey`;
  return {
    title: `connect_${from}_with_${to}`,
    up: [
      `ALTER TABLE ${from} ADD COLUMN ${column} BIGINT;`,
      `ALTER TABLE ${from} ADD CONSTRAINT ${constraint} FOREIGN KEY (${column}) REFERENCES ${to} (id) NOT VALID;`,
      `ALTER TABLE ${from} VALIDATE CONSTRAINT ${constraint};`,
    ],
    down: [`ALTER TABLE ${from} DROP COLUMN ${column};`],
  };
}

function createFunction(state, random) {
  const { name: table } = pick(state.tables, random);
  const name = `touch_${table}_${++state.serial}`;
  return {
    title: `create_function_${name}`,
    up: [
      `CREATE FUNCTION ${name}() RETURNS trigger\nLANGUAGE plpgsql AS $$\nBEGIN\n    IF NEW.state = 'done' THEN\n        NEW.name := trim(NEW.name);\n    END IF;\n    RETURN NEW;\nEND;\n$$;`,
      `CREATE TRIGGER ${name} BEFORE UPDATE ON ${table}\n    FOR EACH ROW EXECUTE FUNCTION ${name}();`,
    ],
    down: [`DROP TRIGGER ${name} ON ${table};`, `DROP FUNCTION ${name}();`],
  };
}

function createView(state, random) {
  const { name: table } = pick(state.tables, random);
  const view = `open_${table}_${++state.serial}`;
  return {
    title: `create_view_${view}`,
    up: [`CREATE VIEW ${view} AS\nSELECT id, name, created_at\nFROM ${table}\nWHERE state = 'open';`],
    down: [`DROP VIEW ${view};`],
  };
}

function insertRows(state, random) {
  const { name: table } = pick(state.tables, random);
  const mark = `sample ${++state.serial}`;
  const rows = Array.from({ length: 20 }, (_, row) => `    ('${mark}', '${row % 2 ? 'open' : 'new'}')`);
  return {
    title: `sample_data_${table}`,
    up: [`INSERT INTO ${table} (name, state) VALUES\n${rows.join(',\n')};`],
    down: [`DELETE FROM ${table} WHERE name = '${mark}';`],
  };
}

function pickKind(random) {
  let left = random() * 100;
  for (const [share, make] of MIX) {
    left -= share;
    if (left < 0) return make;
  }
  return addColumn;
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)];
}

/** Numbers from 0 to 1 by a linear congruential generator (the constants of Numerical Recipes). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
