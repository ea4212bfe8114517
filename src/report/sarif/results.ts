import { SARIF } from '../limits.ts';
import type { Finding } from '../model.ts';
import { adviceOf } from '../rule-description.ts';
import { helpParts } from '../told.ts';
import { fingerprints } from './fingerprints.ts';
import { LEVELS, type Rules } from './rules.ts';
import { artifact, message } from './text.ts';

const WEIGHT = { block: 0, warn: 1, info: 2 } as const;

/** The findings, the worst first and the suppressed ones last, and how many did not fit. */
export function resultsOf(
  findings: readonly Finding[],
  rules: Rules,
): { readonly results: readonly object[]; readonly left: number } {
  const marks = fingerprints(findings);
  const sorted = [...findings].sort((a, b) => weight(a) - weight(b));
  return {
    results: sorted.slice(0, SARIF.results).map((finding) => ({
      ...result(finding, rules),
      partialFingerprints: marks.get(finding),
    })),
    left: Math.max(0, findings.length - SARIF.results),
  };
}

function weight({ severity, suppressed }: Finding): number {
  return suppressed === undefined ? WEIGHT[severity] : 3;
}

function result(finding: Finding, rules: Rules): object {
  const { rule, severity, suppressed, message: what, help, suggestion, path, evidence, impact } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    // GitHub does not read suppressions: as an error, what a reviewer has released would fail its check all the same.
    level: suppressed === undefined ? LEVELS[severity] : LEVELS.info,
    message:
      suggestion === undefined ? message(what, adviceOf(help)) : message(what, helpParts(help).prose, suggestion),
    locations: [{ physicalLocation: { artifactLocation: artifact(path), region: region(finding) } }],
    ...(suppressed === undefined
      ? {}
      : { suppressions: [{ kind: 'inSource', justification: message(suppressed.reason).text }] }),
    properties: { severity, evidence, ...(impact === undefined ? {} : { impact }) },
  };
}

/** Without an end column a region reaches to the end of its last line. */
function region({ line, endLine, column }: Finding): object {
  return {
    startLine: line,
    endLine: Math.max(line, endLine),
    ...(column === undefined ? {} : { startColumn: column }),
  };
}
