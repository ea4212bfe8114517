import type { Finding } from '../../../src/report/model.ts';

/** A finding with no more than every finding has. */
export function bareFinding(about: Partial<Finding> = {}): Finding {
  return {
    rule: 'ban-drop-column',
    source: 'squawk',
    severity: 'block',
    path: 'db/1.sql',
    line: 3,
    endLine: 3,
    message: 'The column is dropped.',
    help: 'First release code:\n-- an example',
    docsUrl: 'https://example.com/rule',
    evidence: 'unproven',
    ...about,
  };
}
