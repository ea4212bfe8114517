import { describe, expect, it } from 'vitest';
import { renderComment } from '../../../../src/report/markdown/comment.ts';
import { readMarker } from '../../../../src/report/markdown/marker.ts';
import { renderSummary } from '../../../../src/report/markdown/summary.ts';
import { type Finding, type Report, reportSchema } from '../../../../src/report/model.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { monstrous } from '../../../fixtures/monstrous.ts';
import { verdicts } from '../../../fixtures/verdicts.ts';
import { foldsOf, links, markerFor, seen } from './as-github.ts';

const comment = (report: Report, rest: Partial<Parameters<typeof renderComment>[1]> = {}): string =>
  renderComment(report, { links, marker: markerFor(report), ...rest });

const golden = (name: string): string => `../../../fixtures/comments/${name}.md`;

const before = { ...markerFor(verdicts.clean), result: 'blocked', blocking: 1, findings: 3 } as const;

/** What stands there before anything is unfolded, line by line. */
function visibleLines(markdown: string): string[] {
  const innermost = /^<details[^>]*>\n<summary>(.*)<\/summary>\n(?:(?!<details)[\s\S])*?\n<\/details>$/gm;
  const folded = markdown.replace(innermost, '$1');
  if (folded !== markdown) return visibleLines(folded);
  return folded.split('\n').filter((line) => line !== '' && !line.startsWith('<!--') && !line.startsWith('</details>'));
}

/** The best of three: other work on the machine is not what is measured. */
function quickest(render: () => string): { text: string; ms: number } {
  const runs = [1, 2, 3].map(() => {
    const started = performance.now();
    return { text: render(), ms: performance.now() - started };
  });
  return runs.reduce((best, run) => (run.ms < best.ms ? run : best));
}

describe('the comment', () => {
  it.each(Object.entries(verdicts))('is tried on what is a report: %s', (_, report) => {
    expect(reportSchema.safeParse(report).error).toBeUndefined();
  });

  for (const [name, report] of Object.entries(verdicts)) {
    it(`says what there is to say: ${name}`, async () => {
      const text = comment(report);
      await expect(text).toMatchFileSnapshot(golden(name));
      const { begun, ended, real } = foldsOf(text);
      expect([ended, real]).toEqual([begun, begun]);
    });
  }

  it('says what is resolved', async () => {
    await expect(comment(verdicts.clean, { previous: before })).toMatchFileSnapshot(golden('resolved'));
  });

  it('says that no migration is changed any more', async () => {
    await expect(comment(verdicts.noop, { previous: before })).toMatchFileSnapshot(golden('noopAfterFindings'));
  });

  it.each<[string, Report, typeof before]>([
    ['there was nothing', verdicts.clean, { ...before, blocking: 0 as 1, findings: 0 as 3 }],
    ['something is left', verdicts.warned, before],
    ['there is no answer', verdicts.errored, before],
    ['nothing had changed before either', verdicts.noop, { ...before, result: 'noop' as 'blocked' }],
  ])('says nothing of the kind when %s', (_, report, previous) => {
    expect(comment(report, { previous })).not.toMatch(/Resolved|no longer/);
  });

  it('begins with the marker and the answer', () => {
    const [marker = '', first] = comment(verdicts.lock).split('\n');
    expect(readMarker(marker)).toEqual(markerFor(verdicts.lock));
    expect(first).toBe('### ❌ 2 migrations: 1 blocks writes on `orders`');
  });

  it('names the database where there are several', () => {
    expect(comment(verdicts.multiDatabase).split('\n')[1]).toMatch(/ · `billing`$/);
  });

  it('is three lines when all is well', () => {
    expect(visibleLines(comment(verdicts.clean))).toHaveLength(3);
    expect(visibleLines(comment(verdicts.unset))).toHaveLength(3);
    expect(visibleLines(comment(verdicts.noop))).toHaveLength(2);
  });

  it('says in small print which major was assumed', () => {
    expect(comment(verdicts.unset)).toContain(
      'Rehearsed on Postgres 18.4, the newest that Lockstep is tested with, since `postgres_version` is not set, 12 migr',
    );
    expect(comment(verdicts.clean)).not.toContain('postgres_version');
  });

  it('tells what waits, where the message does not', () => {
    const text = 'blocked, but reads are still allowed. While it runs, writes on `orders` wait.';
    expect(comment(verdicts.lock)).toContain(text);
    const findings = verdicts.lock.findings.map((finding) => ({ ...finding, message: 'Every INSERT waits.' }));
    expect(comment({ ...verdicts.lock, findings })).not.toContain('While it runs');
  });

  it('says of a note that the rehearsal has refuted it', () => {
    const findings = verdicts.warned.findings.map((finding) => ({ ...finding, evidence: 'refuted' as const }));
    expect(comment({ ...verdicts.warned, findings })).toContain('(refuted by the rehearsal)');
  });

  it("tells Postgres' hint once", () => {
    const { hint } = verdicts.upFailed.migrations[0]?.up?.error ?? {};
    const findings = verdicts.upFailed.findings.map((finding) => ({ ...finding, suggestion: hint }));
    const text = comment(reportSchema.parse({ ...verdicts.upFailed, findings }));
    expect(text.split('Perhaps you meant')).toHaveLength(2);
  });

  it('tells what is no finding by another name than a note', () => {
    expect(comment(verdicts.blocked)).toContain('**Notice:** The base schema could not be kept');
    expect(comment(verdicts.blocked)).toContain('<summary>1 note</summary>');
  });

  it('links to the line, and does without links', () => {
    const place =
      'https://github.com/acme/shop/blob/9be1d04477aa2c3b5d6e7f8091a2b3c4d5e6f708/db/migrations/014_orders_by_email.sql#L3';
    const hrefs = (text: string): string[] =>
      seen(text).elements.flatMap(({ attributes }) => (attributes.href === undefined ? [] : [attributes.href]));
    expect(hrefs(comment(verdicts.lock))).toContain(place);
    const unlinked = renderComment(verdicts.lock, { marker: markerFor(verdicts.lock) });
    expect(hrefs(unlinked).every((href) => href.includes('/docs/rules/'))).toBe(true);
    expect(unlinked).toContain('`db/migrations/014_orders_by_email.sql:3`');
  });
});

describe('without an answer', () => {
  const failed = (hint: string): string =>
    comment({ ...verdicts.errored, error: { code: 'some-error', message: 'It is so.', hint } });

  it('the hint is prose, its example is a block, and what follows is prose again', () => {
    const text = failed(
      'Say which one is meant:\n  --database app\n  --database billing\nOr give the run another file.',
    );
    const block = '```text\n--database app\n--database billing\n```';
    expect(text).toContain(`**What to do:** Say which one is meant:\n\n${block}\n\nOr give the run another file.\n\n`);
    expect(failed('  --database app\n  --database billing')).toContain(`**What to do:**\n\n${block}\n\n`);
    expect(failed('Name it:\nmigrations:\n  directory: db\nLooked into: a.')).toContain(
      '```yaml\nmigrations:\n  directory: db\n```\n\nLooked into: a.',
    );
  });

  it('the docs are linked to', () => {
    const address = 'https://github.com/lockstep-dev/lockstep/blob/v0/docs/troubleshooting.md';
    expect(seen(failed('Wait.')).elements).toContainEqual({ name: 'a', attributes: { href: address } });
  });
});

describe('many findings of one rule', () => {
  const [first] = verdicts.lock.findings;
  if (first === undefined) throw new Error('the sample has a finding');
  const { title: __, ...untitled } = first;
  const many = (number: number, rest: Partial<Finding> = {}): Finding[] =>
    Array.from({ length: number }, (_, index) => ({ ...untitled, line: index + 1, endLine: index + 1, ...rest }));

  it('are told once, and each place that blocks is named', () => {
    const text = comment({ ...verdicts.lock, findings: many(30) });
    expect(text.split('Build it beside the traffic')).toHaveLength(2);
    expect(text).toContain(' in 30 places');
    expect(text.split('During normal index creation')).toHaveLength(1 + 5);
    expect(text).toContain('<summary>25 more findings that block</summary>');
    expect(text).toMatch(/ lines 6, 7, 8, .*, 25 and 5 more: `require-concurrent-index-creation`/);
  });

  it('come after what is worse', () => {
    const findings = [
      ...many(2, { rule: 'a-warning', severity: 'warn' }),
      ...many(2, { rule: 'a-block' }).map(({ impact: _, ...finding }) => finding),
      ...many(1, { rule: 'a-lock' }),
    ];
    expect(
      comment({ ...verdicts.lock, findings })
        .match(/^#### .*/gm)
        ?.map((line) => line.slice(5, 18)),
    ).toEqual(['❌ [`a-lock`](', '❌ [`a-block`]', '⚠️ [`a-warning'].map((line) => line.slice(0, 13)));
  });
});

describe('a comment without room', () => {
  const huge = monstrous(500, 5_000);

  it('is cut between its pieces and says where the rest is', async () => {
    await expect(comment(monstrous(40, 60), { limit: 6_000 })).toMatchFileSnapshot(golden('cut'));
  });

  it.each([60_000, 65_536, 1_000_000])('holds 500 migrations and 5,000 findings in %i characters, quickly', (limit) => {
    const { text, ms } = quickest(() => comment(huge, { limit }));
    expect(ms).toBeLessThan(1_000);
    expect(text.length).toBeLessThanOrEqual(Math.min(limit, 65_536));
    expect(Buffer.byteLength(text)).toBeLessThan(262_144);
    expect(text).toContain('[the summary of the run](<https://github.com/acme/shop/actions/runs/1234/attempts/1>)');
  });

  it.each([1_000, 1_500, 2_000, 3_000, 5_000, 8_000, 13_000, 21_000, 34_000, 55_000])(
    'is whole in %i characters',
    (limit) => {
      for (const report of [huge, monstrous(3, 400), ...Object.values(verdicts)]) {
        const text = comment(report, { limit });
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(readMarker(text)).toEqual(markerFor(report));
        const { begun, ended, real } = foldsOf(text);
        expect([ended, real]).toEqual([begun, begun]);
        expect(seen(text).html).toContain('<h3>');
      }
    },
  );

  it('drops the SQL first', () => {
    const whole = comment(verdicts.lock);
    const text = comment(verdicts.lock, { limit: whole.length - 1 });
    expect(text).not.toContain('SQL of 2 migrations');
    expect(text).toContain('Left out for want of room: SQL. See [the summary of the run]');
    expect(text).toContain('CREATE INDEX CONCURRENTLY');
  });
});

describe('the summary of a deploy', () => {
  it.each(Object.entries(deploys))('is tried on what is a report: %s', (_, report) => {
    expect(reportSchema.safeParse(report).error).toBeUndefined();
  });

  for (const [name, report] of Object.entries(deploys)) {
    it(`says what there is to say: ${name}`, async () => {
      const text = renderSummary(report, { links });
      await expect(text).toMatchFileSnapshot(`../../../fixtures/summaries/${name}.md`);
      const { begun, ended, real } = foldsOf(text);
      expect([ended, real]).toEqual([begun, begun]);
      expect(text).not.toMatch(/rehearse|<!--/i);
    });
  }

  it('has the digest by itself, where it can be copied', () => {
    expect(renderSummary(deploys.planned)).toContain(`\n\`\`\`text\n${deploys.planned.plan?.digest}\n\`\`\`\n`);
    // What is refused is not to be approved.
    expect(renderSummary(deploys.planRefused)).not.toContain(deploys.planRefused.plan?.digest);
  });

  it.each([600, 1_000, 2_000, 5_000])('keeps to %i bytes, and says where the rest is', (limit) => {
    for (const report of Object.values(deploys)) {
      const text = renderSummary(report, { links, limit });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Math.max(limit, 800));
      expect(text.startsWith('### ')).toBe(true);
    }
  });

  it('is quick and whole with a thousand pending migrations', () => {
    const { plan } = deploys.planned;
    if (plan === undefined) throw new Error('the sample has a plan');
    const pending = Array.from({ length: 1_000 }, (_, index) => ({
      id: `${index}_x`,
      checksum: 'c'.repeat(64),
      transaction: 'single' as const,
      statements: 1,
    }));
    const { text, ms } = quickest(() => renderSummary({ ...deploys.planned, plan: { ...plan, pending } }, { links }));
    expect(ms).toBeLessThan(1_000);
    expect(text).toContain('<summary>Pending: 1000</summary>');
    expect(text).toContain('- and 500 more lines, in the JSON report');
  });
});

describe('the summary', () => {
  it('has more room, in bytes, and is written quickly', () => {
    const report = monstrous(500, 5_000);
    const { text, ms } = quickest(() => renderSummary(report, { links }));
    expect(ms).toBeLessThan(1_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
    expect(text.length).toBeGreaterThan(300_000);
    expect(text.match(/^<details/gm)?.length).toBe(text.match(/^<\/details>$/gm)?.length);
  });

  it.each([2_000, 20_000, 200_000])('keeps to %i bytes', (limit) => {
    const wide = JSON.parse(JSON.stringify(monstrous(300, 900)).replaceAll('does what', '漢字🙂')) as Report;
    const text = renderSummary(wide, { links, limit });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(Buffer.byteLength(text)).toBeGreaterThan(limit * 0.4);
    expect(text.startsWith('### ❌')).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('has what the comment has, but for the marker', () => {
    for (const report of Object.values(verdicts)) {
      const summary = renderSummary(report, { links });
      // With more room what to do stands open.
      const titles = comment(report).match(/^(?:#|\*\*|<summary>(?!The line|What to do)).*/gm) ?? [];
      expect(titles.filter((title) => !summary.includes(title))).toEqual([]);
      expect(summary).not.toContain('<!--');
    }
  });
});

describe('a report that nobody has made sure of', () => {
  it.each([
    ['an ordinary one', verdicts.clean],
    ['one that fills the room', monstrous(500, 500)],
  ])('is called that right below the headline: %s', (_, report) => {
    for (const markdown of [
      comment({ ...report, foreign: true }),
      renderSummary({ ...report, foreign: true }, { links }),
    ]) {
      const [, second] = markdown.replace(/^<!--.*\n/, '').split('\n\n');
      expect(second).toContain('made by the pull request’s own run');
    }
    expect(comment(report)).not.toContain('own run, whose workflow');
  });
});
