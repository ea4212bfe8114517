import { COMMENT, COMMENT_AMOUNTS } from '../limits.ts';
import type { Links } from '../links.ts';
import type { Report } from '../model.ts';
import { count } from '../words.ts';
import { type Marker, writeMarker } from './marker.ts';
import { renderSections } from './sections.ts';
import { link } from './text.ts';
import type { View } from './view.ts';

interface CommentOptions {
  readonly links?: Links | undefined;
  readonly marker: Marker;
  /** Of the comment that this one replaces. */
  readonly previous?: Marker | undefined;
  /** Characters, all included; GitHub's own limit holds in any case. */
  readonly limit?: number;
}

/** The pull request's comment, with its marker first. Not longer than the limit, if that has room for marker and headline. */
export function renderComment(
  report: Report,
  { links, marker, previous, limit = COMMENT.budget }: CommentOptions,
): string {
  const view: View = {
    report,
    links,
    amounts: COMMENT_AMOUNTS,
    elsewhere: links?.run === undefined ? 'the report of the run' : link('the summary of the run', links.run),
  };
  const first = `${writeMarker(marker)}\n`;
  const room = { most: Math.min(limit, COMMENT.most) - first.length, measure: (text: string) => text.length };
  return first + renderSections(view, previous === undefined ? [] : remarks(report, marker, previous), room);
}

/** What has become of what the comment said before. */
function remarks({ result }: Report, now: Marker, before: Marker): string[] {
  if (result === 'noop') return before.result === 'noop' ? [] : ['This pull request no longer changes a migration.'];
  if (now.findings > 0 || result !== 'passed' || before.findings + before.blocking === 0) return [];
  const blocked = before.blocking > 0 ? `, ${before.blocking} of which blocked` : '';
  return [`**Resolved:** nothing is left of ${count(before.findings, 'finding')}${blocked}.`];
}
