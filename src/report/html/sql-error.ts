import type { SqlErrorReport } from '../model.ts';
import { isLineShown } from '../told.ts';
import { html, type Markup } from './markup.ts';
import { excerpt, paragraph, place } from './parts.ts';
import type { View } from './view.ts';

/** All that Postgres said. The line itself is left to the finding that shows it, where there is one. */
export function sqlError(error: SqlErrorReport, { links, report }: View): Markup {
  const { message, sqlstate, path, detail, hint, where, ranBefore } = error;
  const shown = isLineShown(error, report);
  return html`${paragraph(sqlstate === undefined ? message : `${message} (SQLSTATE ${sqlstate})`)}
${path !== undefined && html`<p class="where">${place({ ...error, path }, links)}</p>`}
${!shown && error.excerpt !== undefined && excerpt(error.excerpt)}
${detail !== undefined && paragraph(`Detail: ${detail}`)}
${hint !== undefined && paragraph(`Hint: ${hint}`)}
${where !== undefined && paragraph(`Where: ${where}`)}
${ranBefore !== undefined && paragraph(ranBefore)}`;
}
