import { error, setOutput, setSecret, summary, warning } from '@actions/core';
import type { Secret } from '../settings/types.ts';
import { secretForms } from './secrets.ts';

/** The runner of GitHub Actions, as far as a step speaks to it. */
export interface ActionsRunner {
  /** Hides a secret in all that the job prints from here on. */
  mask(secret: Secret): void;
  annotate(annotation: RunnerAnnotation): void;
  /** Markdown for the page of the run. */
  summary(markdown: string): Promise<void>;
  output(name: string, value: string): void;
  /** A line in the log that stands out there and on the page of the run. */
  warning(text: string): void;
}

interface RunnerAnnotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly endLine?: number | undefined;
  readonly column?: number | undefined;
}

const ANNOTATE = { error, warning };

/** The real one: commands on standard output, and the files that the runner names in the environment. */
export function actionsRunner(): ActionsRunner {
  return {
    mask: (secret) => {
      if (!secret.masked) return;
      // A command is a line: the runner cannot hide what spans several, only each of them.
      for (const form of secretForms(secret)) for (const line of form.split(/\r?\n/)) if (line !== '') setSecret(line);
    },
    annotate: ({ level, title, message, path, line, endLine, column }) => {
      const properties = {
        title,
        ...(path === undefined ? {} : { file: path }),
        ...(line === undefined ? {} : { startLine: line }),
        ...(endLine === undefined ? {} : { endLine }),
        // GitHub takes columns only together with a single line.
        ...(column === undefined || (endLine !== undefined && endLine !== line) ? {} : { startColumn: column }),
      };
      ANNOTATE[level](message, properties);
    },
    summary: async (markdown) => {
      await summary.addRaw(markdown, true).write();
    },
    output: (name, value) => setOutput(name, value),
    warning: (text) => warning(text),
  };
}
