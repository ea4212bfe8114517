import { comments, withoutComments } from '../comments.ts';
import { parseScript } from '../sql.ts';
import type { Script } from '../types.ts';

/**
 * The statements of a script as Supabase's command line keeps them beside the version: cut at each `;` that ends one, with the
 * comments before it, trimmed. https://github.com/supabase/cli, apps/cli-go/pkg/parser/token.go
 */
export function supabaseStatements(script: Script): readonly string[] {
  const { text } = script;
  const code = withoutComments(text, comments(text));
  const pieces: string[] = [];
  let from = 0;
  let at = 0;
  /** All ends between here and there, where there is no code but them. */
  const cut = (to: number): void => {
    for (let end = code.indexOf(';', at); end >= 0 && end < to; end = code.indexOf(';', end + 1)) {
      pieces.push(text.slice(from, end));
      from = end + 1;
    }
  };
  for (const { start, end } of parseScript(script).statements ?? []) {
    cut(start);
    at = end;
  }
  cut(text.length);
  return [...pieces, text.slice(from)].map((piece) => piece.trim()).filter((piece) => piece !== '');
}
