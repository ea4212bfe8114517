import { capitalised, headline, headlineText } from '../headline.ts';
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
import { findings } from './findings.ts';
import { html, raw } from './markup.ts';
import { migrations } from './migrations.ts';
import { schema } from './schema.ts';
import { smallPrint } from './small-print.ts';
import { STYLE, STYLE_HASH } from './style.ts';
import { notAnalysed, notices, tests } from './surroundings.ts';
import { target } from './target.ts';
import { toDo } from './to-do.ts';
import { verdict } from './verdict.ts';
import { createView } from './view.ts';

interface PageOptions {
  /** Without them nothing leads to the repository. */
  readonly links?: Links | undefined;
  /** What the report is about, in the words of whoever asks for the page. */
  readonly title?: string | undefined;
}

/** The page loads nothing, runs nothing and sends nothing: a report holds text of strangers. */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/**
 * The report as one self-contained page, for those who have no GitHub at hand: the verdict first, everything else below
 * it, folded where there is much of it. Nothing of the report is left out.
 */
export function renderHtml(report: Report, { links, title }: PageOptions = {}): string {
  const view = createView(report, links);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title !== undefined && `${title}: `}${headlineText(title === undefined ? capitalised(headline(report)) : headline(report))}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${verdict(view, title)}
${target(view, 'top')}
${target(view, 'why')}
${toDo(view)}
${migrations(view)}
${findings(view)}
${schema(report)}
${tests(view)}
${target(view, 'facts')}
${notAnalysed(view)}
${notices(view)}
${target(view, 'end')}
${smallPrint(view)}
</main>
</body>
</html>
`.toString();
}
