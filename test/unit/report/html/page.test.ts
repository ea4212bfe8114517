import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../../src/report/html/page.ts';
import type { Finding, MigrationReport, Report } from '../../../../src/report/model.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { blocked, downDifferent, errored, noop, passed, sampleReports, upFailed } from '../../../fixtures/reports.ts';
import { everything, failure, told } from '../../../support/reports/everything.ts';
import { elements, textOf } from './dom.ts';

const reports = Object.entries<Report>({ ...sampleReports, ...deploys, everything, failure, told });

const links = { repository: 'https://github.com/acme/shop', commit: 'abc123', run: 'https://ci.test/runs/1' };

/** A section's text, with spaces for breaks. */
function sectionOf(page: string, id: string): string | undefined {
  return elements(page.replace(/<(p|li|pre|div|th|td|h\d)\b/g, ' <$1'))
    .find(({ tag, attributes }) => tag === 'section' && attributes.id === id)
    ?.text.replace(/\s+/g, ' ')
    .trim();
}

function hrefs(page: string): (string | undefined)[] {
  return elements(page).flatMap(({ tag, attributes }) => (tag === 'a' ? [attributes.href] : []));
}

describe.each(reports)('the page of %s', (_, report) => {
  const page = renderHtml(report, { links });
  const all = elements(page);

  it('loads nothing, runs nothing and tells nobody', () => {
    const metas = all.filter(({ tag }) => tag === 'meta').map(({ attributes }) => attributes);
    const policy = metas.find((meta) => meta['http-equiv'] === 'Content-Security-Policy')?.content;
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'$/);
    expect(metas).toContainEqual({ name: 'referrer', content: 'no-referrer' });
    expect(all.filter(({ tag }) => /^(script|link|img|iframe|form|object|video|audio)$/.test(tag))).toEqual([]);
  });

  it('can be read by all', () => {
    expect(all.find(({ tag }) => tag === 'html')?.attributes.lang).toBe('en');
    expect(all.some(({ attributes }) => attributes.name === 'viewport')).toBe(true);
    const levels = all.flatMap(({ tag }) => (/^h[1-6]$/.test(tag) ? [Number(tag.slice(1))] : []));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
    expect(all.filter(({ tag, attributes }) => tag === 'th' && attributes.scope === undefined)).toEqual([]);
  });

  it('leads to places that there are', () => {
    const ids = all.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const inside = hrefs(page).flatMap((href) => (href?.startsWith('#') ? [href.slice(1)] : []));
    expect(inside.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('the verdict', () => {
  it.each<[Report, string, string]>([
    [passed, 'good', '✓ Passed'],
    [blocked, 'bad', '✗ Blocked'],
    [noop, 'good', '✓ Nothing to do'],
    [errored, 'unknown', '? No verdict'],
  ])('comes first, in words, sign and colour', (report, mood, words) => {
    const header = elements(renderHtml(report)).find(({ tag }) => tag === 'header');
    expect(header?.attributes.class).toBe(`verdict ${mood}`);
    expect(header?.text.trim().startsWith(words)).toBe(true);
  });

  it.each<[Report, string]>([
    [passed, 'acme/shop pull request #42 commit 9be1d04 2026-03-02 09:15 UTC took 1.9 s the run'],
    [upFailed, 'acme/shop pull request #42 the working tree 2026-03-02 09:15 UTC took 2.4 s the run'],
    [errored, '2026-03-02 09:15 UTC took 38 ms the run'],
  ])('says what it is about', (report, words) => {
    const subject = elements(renderHtml(report, { links })).find(({ attributes }) => attributes.class === 'subject');
    expect(subject?.text.trim()).toBe(words);
  });

  it('is the title, after the words of whoever asked for the page', () => {
    const page = renderHtml(passed, { title: 'Order notes' });
    const titles = elements(page).filter(({ tag, attributes }) => tag === 'title' || attributes.class === 'title');
    expect(titles[0]?.text).toMatch(/^Order notes: 2 migrations/);
    expect(titles[1]?.text).toBe('Order notes');
  });

  it('begins with a capital', () => {
    const heading = elements(renderHtml(noop)).find(({ tag }) => tag === 'h1');
    expect(heading?.text).toBe('No migration changed');
  });
});

describe('what to do', () => {
  const toDo = (report: Report): string | undefined => sectionOf(renderHtml(report), 'to-do');

  it('is told per rule that blocks, with its places', () => {
    expect(toDo(blocked)).toBe(
      'What to do An index is built while writes wait. Build it beside the traffic, in a migration of its own (it cannot run in a transaction). ' +
        'db/migrations/013_orders.sql:4, db/migrations/013_orders.sql:5 ' +
        'A required column is added without a default. Give it a default that is right for old rows, or add it nullable and require it in a later migration. ' +
        'db/migrations/014_customers.sql:2 ' +
        'Look at 1 warning: the verdict stands without it. ' +
        'Judge by eye what was not analysed: the verdict says nothing about it.',
    );
  });

  it('is nothing when all is well', () => {
    expect(toDo(passed)).toBe('What to do Nothing has to be mended.');
    expect(toDo(noop)).toBe('What to do Nothing: no migration changed.');
  });

  it('is the hint of an error, its example as code', () => {
    const hint = 'Fetch the whole history in the workflow:\n- uses: actions/checkout\n  with:\n    fetch-depth: 0';
    const page = renderHtml({ ...errored, error: { code: 'x', message: 'no history', hint } });
    expect(sectionOf(page, 'to-do')).toContain('Fetch the whole history in the workflow:');
    expect(elements(page).find(({ tag }) => tag === 'pre')?.text).toBe(
      '- uses: actions/checkout\n  with:\n    fetch-depth: 0',
    );
  });

  it('names what failed without a finding', () => {
    const tests: Report['tests'] = [{ phase: 'after', command: 'npm test', exitCode: 1, durationMs: 1 }];
    const report: Report = { ...upFailed, tests, findings: [] };
    expect(toDo(report)).toContain('Mend 013_order_totals: it failed in the rehearsal.');
    expect(toDo(report)).toContain('Mend what npm test found.');
  });

  it('asks for nothing where policy lets a down script differ', () => {
    const report: Report = { ...downDifferent, result: 'passed', findings: [] };
    expect(toDo(report)).toBe('What to do Nothing has to be mended.');
  });
});

describe('migrations', () => {
  it('say what they do to the schema, how they went and what is found in them', () => {
    const text = sectionOf(renderHtml(everything), 'migrations') ?? '';
    for (const words of [
      '✓ up ok in 12 ms ✓ down proven in 5 ms 2 findings block',
      'contract ✓ up ok in 12 ms irreversible 1 finding blocks 1 warning',
      'No way back the old names are gone',
      'renamed expand ✗ up stops half-way outside a transaction ✗ down fails risk high 1 finding blocks',
      'renamed from db/migrations/014_everything.sql',
      'Why: to have seen it all',
      'public.orders ACCESS EXCLUSIVE reads, writes 1',
      'SQL that ran: 1 statement',
      'rewrites public.orders; scans public.users; writes to public.items; creates public.made; drops public.gone; leaves invalid public.orders_by_user',
      'SQL of the way back: 1 statement line 5, 2 ms; rewrites public.orders',
      'relation "gone" does not exist (SQLSTATE 42P01)',
      '1 statement had run before; it was rolled back.',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('name a lock once, with the lines that take it', () => {
    const [migration] = everything.migrations.slice(-1);
    const [statement] = migration?.up?.statements ?? [];
    if (migration?.up === undefined || statement === undefined) throw new Error('the sample has a statement');
    const statements = [1, 4, 4, 9].map((line) => ({ ...statement, line, endLine: line }));
    const { down: _, ...forward } = migration;
    const page = renderHtml({ ...everything, migrations: [{ ...forward, up: { ...migration.up, statements } }] });
    const rows = elements(page).filter(({ tag, text }) => tag === 'tr' && text.includes('ACCESS EXCLUSIVE'));
    expect(rows.map(({ text }) => text)).toEqual(['public.ordersACCESS EXCLUSIVEreads, writes1, 4, 9']);
  });
});

describe('findings', () => {
  it('come worst first, suppressed ones last with their reasons', () => {
    const ids = elements(renderHtml(blocked))
      .filter(({ tag }) => tag === 'section')
      .map(({ attributes }) => attributes.id);
    expect(ids.slice(2, 6)).toEqual(['block', 'warn', 'info', 'suppressed']);
    expect(sectionOf(renderHtml(blocked), 'suppressed')).toContain(
      'would warn A column is dropped ban-drop-column · found by Squawk db/migrations/014_customers.sql line 11, column 23 ' +
        'Dropping a column may break existing clients. Reason: unused since release 42, see the discussion in #318',
    );
  });

  it('say what is to say about a rule once', () => {
    const text = sectionOf(renderHtml(blocked), 'block') ?? '';
    expect(text.split('Build it beside the traffic').length - 1).toBe(1);
  });

  it('show a suggestion in place of the example, and never neither', () => {
    const finding: Finding = {
      rule: 'some-rule',
      source: 'lockstep',
      severity: 'block',
      path: 'a.sql',
      line: 1,
      endLine: 1,
      message: 'So it is.',
      help: 'Paste this:\nexample;',
      docsUrl: '',
      evidence: 'unproven',
    };
    const block = (...findings: Finding[]): string =>
      sectionOf(renderHtml({ ...blocked, findings }), 'block')?.replace(/^.*So it is\. ?/, '') ?? '';
    const suggestion = 'better;';
    expect(block({ ...finding, help: 'Paste this:\nSELECT 1;' })).toBe(
      'What to do: Paste this: -- for example: SELECT 1;',
    );
    expect(block(finding)).toBe('What to do: Paste this: For example: example;');
    expect(block({ ...finding, suggestion })).toBe('What to do: Paste this: better;');
    expect(block({ ...finding, suggestion: 'example;' })).toBe('What to do: Paste this: example;');
    expect(block({ ...finding, help: 'Do better;', suggestion })).toBe('What to do: Do better;');
    expect(block(finding, { ...finding, suggestion })).toContain('Paste this: For example: example;');
    expect(block(finding, { ...finding, suggestion })).toContain('better;');
  });

  it('tell what waits', () => {
    expect(textOf(renderHtml(everything))).toContain(
      'While it runs, reads and writes on orders, users and items wait.',
    );
  });
});

describe('a target', () => {
  it('says where, why not and what now before anything else', () => {
    const ids = (report: Report): (string | undefined)[] =>
      elements(renderHtml(report)).flatMap(({ tag, attributes }) => (tag === 'section' ? [attributes.id] : []));
    expect(ids(deploys.planRefused).slice(0, 2)).toEqual(['target-where', 'target-gates']);
    expect(ids(deploys.partial).slice(0, 3)).toEqual(['target-where', 'migrations', 'target-next']);
  });

  it('is told without what a check would say of it', () => {
    const text = textOf(renderHtml(deploys.partial));
    expect(text).not.toMatch(/rehears|Not analysed|What to do|Up failed/);
    expect(text).toContain('applied in 43 ms');
  });

  it('has the whole digest, every try and every session', () => {
    const { plan } = deploys.planned;
    const pre = elements(renderHtml(deploys.planned)).filter(({ tag }) => tag === 'pre');
    expect(pre.map(({ text }) => text)).toContain(plan?.digest);
    const text = sectionOf(renderHtml(deploys.appliedAfterTries), 'migrations') ?? '';
    expect(text).toContain(
      '09:15:14 UTC, 5.0 s: canceling statement due to lock timeout (SQLSTATE 55P03), at statement 1',
    );
    expect(text).toContain('09:15:33 UTC, 1.0 s: deadlock detected (SQLSTATE 40P01), at statement 1');
  });

  it('has its whole history', () => {
    const text = sectionOf(renderHtml(deploys.status), 'target-history') ?? '';
    expect(text.match(/\d{3}_\w+: /g)).toHaveLength(24);
  });
});

describe('links', () => {
  it('lead to the lines of the commit, the pull request and the run', () => {
    const found = hrefs(renderHtml(blocked, { links }));
    expect(found).toContain('https://github.com/acme/shop/blob/abc123/db/migrations/013_orders.sql#L4');
    expect(found).toContain('https://github.com/acme/shop/pull/42');
    expect(found).toContain('https://ci.test/runs/1');
  });

  it('lead to the rules alone where there is no repository to lead to', () => {
    const outward = hrefs(renderHtml(blocked)).filter((href) => !href?.startsWith('#'));
    const rules = blocked.findings.map(({ docsUrl }) => docsUrl);
    expect(new Set(outward)).toEqual(new Set(rules));
  });
});

describe('what was not analysed', () => {
  it('is named, and so is that there is nothing of the kind', () => {
    const [gap] = blocked.coverage.notAnalysed;
    expect(sectionOf(renderHtml(blocked), 'not-analysed')).toContain(
      `db/migrations/014_customers.sql line ${gap?.line}: ${gap?.reason}`,
    );
    expect(sectionOf(renderHtml(passed), 'not-analysed')).toContain(
      `Nothing was left out. Looked at 2 files with ${passed.coverage.statements} statements`,
    );
  });

  it('is not denied where nothing was looked at', () => {
    expect(sectionOf(renderHtml(errored), 'not-analysed')).toBeUndefined();
  });
});

describe('500 migrations and 5,000 findings', () => {
  const [migration] = everything.migrations.slice(-1);
  const [finding] = everything.findings.slice(-2);
  if (migration?.up === undefined || finding === undefined) throw new Error('the sample has both');
  const [statement] = migration.up.statements;
  if (statement === undefined) throw new Error('the sample has a statement');
  const { up } = migration;
  const path = (index: number): string => `db/migrations/${index}_everything.sql`;
  const migrations = Array.from({ length: 500 }, (_, index): MigrationReport => {
    const statements = Array.from({ length: 5 }, (_, at) => ({ ...statement, sql: `${statement.sql} -- ${at}` }));
    return { ...migration, id: `${index}_everything`, path: path(index), up: { ...up, statements } };
  });
  const findings = Array.from({ length: 5_000 }, (_, index): Finding => {
    const severity = (['block', 'warn', 'info'] as const)[index % 3] ?? 'info';
    return { ...finding, severity, rule: `rule-${index % 40}`, path: path(index % 500), message: `It is so ${index}.` };
  });
  const report: Report = { ...everything, migrations, findings };
  const page = renderHtml(report, { links });

  it('lose nothing', () => {
    const text = textOf(page);
    expect(new Set(text.match(/It is so \d+\./g))).toEqual(new Set(findings.map(({ message }) => message)));
    const headings = elements(page).flatMap(({ tag, text }) => (tag === 'h3' ? [text] : []));
    expect(headings).toEqual(expect.arrayContaining(migrations.map(({ id }) => id)));
  });

  it('are folded, so that all that matters is near the top', () => {
    const unfolded = page.replace(/<details(?! open)[^>]*>.*?<\/details>/gs, '');
    expect(unfolded.length).toBeLessThan(page.length / 2);
  });

  it('make a page that can be sent', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(10_000_000);
  });

  it('take less than a second', () => {
    const times = Array.from({ length: 3 }, () => {
      const started = performance.now();
      renderHtml(report, { links });
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});
