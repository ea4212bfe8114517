// psql: what nobody can be faster than, and the bench's own hands in its databases.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs psql to its end in one database; returns what it printed. */
export function psql({ host, port }, database, ...args) {
  const place = ['-h', host, '-p', `${port}`, '-U', 'postgres', '-d', database];
  return execFileSync('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...place, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
}

/**
 * Work on a new and empty database. It is left to the end of its server: a file system that has just lost thousands of
 * files is slow to make new ones (ext4 passes over inodes that were deleted in the last seconds), and the next one measured
 * would pay for it.
 */
export function inDatabase(server, name, work) {
  psql(server, 'postgres', '-c', `CREATE DATABASE ${name}`);
  // What was written before must not be flushed while this is measured.
  psql(server, 'postgres', '-c', 'CHECKPOINT');
  return work(name);
}

/** Milliseconds that psql needs to run the files, each in its transaction, in one connection to an empty database. */
export function replayByPsql(server, files, name) {
  psql(server, 'postgres', '-c', `CREATE DATABASE ${name}`);
  const milliseconds = timed(server, name, files.map(inItsTransaction));
  psql(server, 'postgres', '-c', `DROP DATABASE ${name}`);
  return milliseconds;
}

/** The same as a deploy is: each file in one transaction with its row in a history. */
export function applyByPsql(server, files, name) {
  const history = 'CREATE TABLE history (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());';
  const scripts = files.map((file, index) => {
    const row = `INSERT INTO history (version) VALUES ('${index}');`;
    return `BEGIN;\n${include(file)}\n${row}\nCOMMIT;`;
  });
  return timed(server, name, [history, ...scripts]);
}

function timed(server, database, scripts) {
  const directory = join(tmpdir(), `lockstep-bench-${process.pid}-${database}`);
  mkdirSync(directory);
  try {
    const script = join(directory, 'all.sql');
    writeFileSync(script, scripts.join('\n'));
    const started = performance.now();
    psql(server, database, '-f', script);
    return performance.now() - started;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function inItsTransaction(file) {
  return /CONCURRENTLY/.test(readFileSync(file, 'utf8')) ? include(file) : `BEGIN;\n${include(file)}\nCOMMIT;`;
}

function include(file) {
  return `\\i '${file.replaceAll("'", "''")}'`;
}
