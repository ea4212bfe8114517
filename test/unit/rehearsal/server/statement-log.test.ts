import { describe, expect, it } from 'vitest';
import { sentTo } from '../../../../src/rehearsal/server/statement-log.ts';

const at = (pid: number, database: string, text: string): string =>
  `2026-11-27 21:08:55.123 UTC [${pid}] ${database} ${text.replaceAll('\n', '\n\t')}\n`;

describe('statements of a server’s log', () => {
  it('are those of one database, by session, with all their lines', () => {
    const log =
      '2026-11-27 21:08:55.123 UTC [1] LOG:  database system is ready to accept connections\n' +
      at(7, 'command', 'LOG:  statement: CREATE TABLE a (\n  id int\n)') +
      at(8, 'other', 'LOG:  statement: DROP TABLE a') +
      at(9, 'command', 'LOG:  execute <unnamed>: SELECT 1');
    expect(sentTo('command', log)).toEqual([
      { session: 7, sql: 'CREATE TABLE a (\n  id int\n)' },
      { session: 9, sql: 'SELECT 1' },
    ]);
  });

  it('have the values of their parameters in place, and nowhere else', () => {
    const sql = `INSERT INTO a ("$1", b) VALUES ($1, $2, $10, '$1', E'\\'$1', $x$ $1 $x$) -- $1`;
    const log =
      at(7, 'command', `LOG:  execute s1/p1: ${sql}`) +
      at(7, 'command', "DETAIL:  Parameters: $1 = 'it''s $2', $2 = NULL, $10 = '7'");
    expect(sentTo('command', log)).toEqual([
      { session: 7, sql: `INSERT INTO a ("$1", b) VALUES ('it''s $2', NULL, '7', '$1', E'\\'$1', $x$ $1 $x$) -- $1` },
    ]);
  });

  it('cannot be forged by a statement that looks like an entry', () => {
    const forged = "SELECT '\n2026-11-27 21:08:55.123 UTC [9] command LOG:  statement: DROP TABLE a'";
    expect(sentTo('command', at(7, 'command', `LOG:  statement: ${forged}`))).toEqual([{ session: 7, sql: forged }]);
  });

  it('cannot be forged by a function that raises one, whatever it says beside it', () => {
    const log =
      at(7, 'command', 'LOG:  statement: DROP TABLE a') +
      at(7, 'command', 'LOG:  statement: ROLLBACK') +
      at(7, 'command', "DETAIL:  Parameters: $1 = 'x'") +
      at(8, 'command', 'LOG:  statement: SELECT 1') +
      at(7, 'command', 'HINT:  None.') +
      at(7, 'command', 'CONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE') +
      at(8, 'command', 'ERROR:  division by zero') +
      at(8, 'command', 'CONTEXT:  SQL function "f" statement 1');
    expect(sentTo('command', log)).toEqual([
      { session: 7, sql: 'DROP TABLE a' },
      { session: 8, sql: 'SELECT 1' },
    ]);
  });

  it('know the older word for parameters', () => {
    const log =
      at(7, 'command', 'LOG:  execute <unnamed>: SELECT f($1)') + at(7, 'command', "DETAIL:  parameters: $1 = 'x'");
    expect(sentTo('command', log)).toEqual([{ session: 7, sql: "SELECT f('x')" }]);
  });
});
