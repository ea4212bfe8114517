import { describe, expect, it } from 'vitest';
import { everyFile, jobsOf, offered } from './files.ts';

/** What each job may do on GitHub, and why: nothing else, and nothing more. */

const CHECKOUT = 'the checkout, and commits that it lacks';
const COMMENT = 'the comment of the pull request';

const ALLOWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  migrations: { 'contents: read': CHECKOUT, 'pull-requests: write': COMMENT },
  check: { 'contents: read': CHECKOUT, 'pull-requests: write': COMMENT },
  staging: { 'contents: read': CHECKOUT, 'pull-requests: write': COMMENT },
  'plan-production': {
    'contents: read': CHECKOUT,
    'pull-requests: write': COMMENT,
    'actions: read': 'who may approve',
  },
  rehearsal: { 'contents: read': CHECKOUT },
  production: { 'contents: read': CHECKOUT, 'pull-requests: write': COMMENT },
  outcome: { 'contents: read': 'lockstep.yml', 'pull-requests: write': COMMENT },
  deploy: { 'contents: read': CHECKOUT },
  told: { 'contents: read': 'lockstep.yml', 'pull-requests: write': COMMENT },
  comment: { 'actions: read': 'the artifact of another run', 'pull-requests: write': COMMENT },
};

const grants = (permissions: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`);

describe('permissions', () => {
  it.each(everyFile)('of $path are none but those that a job asks for', ({ workflow }) => {
    expect(workflow.permissions).toEqual({});
  });

  it.each(offered.flatMap(jobsOf))('of $place are as the table has them', ({ id, permissions }) => {
    expect(grants(permissions).sort()).toEqual(Object.keys(ALLOWED[id] ?? {}).sort());
  });

  it.each(offered)('of $path have their reason beside them', ({ text }) => {
    const lines = text.split('\n').filter((line) => /^ {6}[a-z-]+: (read|write)\b/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !/: (read|write) # \w/.test(line))).toEqual([]);
  });
});
