import { type NewFile, WAY_BACK } from './new-file.ts';

/** A file with goose's annotations: a statement in which a line ends with ';' needs its own. */
export function gooseFile({ statements, alone, hasDown }: NewFile): string {
  return [
    ...(alone ? ['-- +goose NO TRANSACTION'] : []),
    '-- +goose Up',
    ...statements.map((sql) =>
      /;[^\S\n]*(?:--[^\n]*)?\n/.test(sql) ? `-- +goose StatementBegin\n${sql}\n-- +goose StatementEnd` : sql,
    ),
    ...(hasDown ? ['', '-- +goose Down', WAY_BACK] : []),
  ].join('\n');
}
