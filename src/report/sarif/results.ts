import { adviceOf, helpParts, suggestionOf } from '../advice.ts';
import { worstFirst } from '../findings.ts';
import { SARIF } from '../limits.ts';
import type { Finding } from '../model.ts';
import { fingerprints } from './fingerprints.ts';
import { LEVELS, type Rules } from './rules.ts';
import { artifact, message } from './text.ts';

/** The findings, the worst first and the suppressed ones last, and how many did not fit. */
export function resultsOf(
  findings: readonly Finding[],
  rules: Rules,
): { readonly results: readonly object[]; readonly left: number } {
  const marks = fingerprints(findings);
  const sorted = worstFirst(findings);
  return {
    results: sorted.slice(0, SARIF.results).map((finding) => ({
      ...result(finding, rules),
      partialFingerprints: marks.get(finding),
    })),
    left: Math.max(0, findings.length - SARIF.results),
  };
}

function result(finding: Finding, rules: Rules): object {
  const { rule, severity, suppressed, message: what, help, path, evidence, impact } = finding;
  const suggestion = suggestionOf(finding);
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
