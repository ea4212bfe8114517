/** The project's public address: stamped from `repository` in package.json by `npm run docs`, and checked by a test. */
export const REPOSITORY = 'lockstep-dev/lockstep';

/** The version of the docs that links point to. */
const DOCS_REF = 'v0';

/** A page of docs/: 'troubleshooting.md'. */
export function docsAddress(page: string): string {
  return `https://github.com/${REPOSITORY}/blob/${DOCS_REF}/docs/${page}`;
}

/** Where a rule is explained, ours or Squawk's: what it is worth here, the safe way, how it is released. */
export function ruleAddress(rule: string): string {
  return docsAddress(`rules/${rule}.md`);
}
