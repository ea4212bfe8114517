/**
 * The workflows to call, for GitHub Enterprise Server: it does not know `uses: $/`, `deployment: false` and the present actions
 * for artifacts, and refuses a file that has any of the first two. There a checkout of the repository that the called file is
 * from takes the place of `$/`.
 */

const FOLDER = '.lockstep';

/** Fails where the server does not say where the file is from: the checkout would take the caller's own repository for it. */
const FETCH = `      - name: Does this server say where this workflow is from?
        shell: bash
        env:
          REPOSITORY: \${{ job.workflow_repository }}
          COMMIT: \${{ job.workflow_sha }}
        run: |
          if [ -z "$REPOSITORY" ] || [ -z "$COMMIT" ]; then
            echo "::error title=This server is too old::It does not say where a called workflow is from. Take the workflows of the first door: workflows-templates/ in Lockstep's repository."
            exit 1
          fi
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          repository: \${{ job.workflow_repository }}
          ref: \${{ job.workflow_sha }}
          path: ${FOLDER}
          persist-credentials: false
`;

/** The last ones that speak to the server's artifacts. */
const ARTIFACTS: readonly (readonly [RegExp, string])[] = [
  [
    /actions\/upload-artifact@[0-9a-f]{40} # \S+/g,
    'actions/upload-artifact@c24449f33cd45d4826c6702db7e49f7cdb9b551d # v3.2.1-node20',
  ],
  [
    /actions\/download-artifact@[0-9a-f]{40} # \S+/g,
    'actions/download-artifact@a9bc5e6ef2cb54c177f32aa5726adaa15e7e2d59 # v3.1.0',
  ],
];

/** `path`: of the file that this one is made from. */
export function forServer(workflow: string, path: string): string {
  let text = workflow
    .replace(/^ +overwrite: true\n/gm, '')
    .replace(/^ +deployment: false.*\n/gm, '')
    .replace(/^name: (.*)$/m, 'name: $1 (GHES)');
  for (const [present, former] of ARTIFACTS) text = text.replace(present, former);
  const jobs = text.split(/^(?= {2}[\w-]+:\n {4}\S)/m).map(withFetch);
  return `# Generated from ${path} by \`npm run docs\`, for GitHub Enterprise Server: change that, not this file.\n${jobs.join('')}`;
}

/** Before the first step that is ours: after the project's checkout, which clears the folder that it works in. */
function withFetch(job: string): string {
  const steps = job.split(/^(?= {6}(?:- |# ))/m);
  const first = steps.findIndex((step) => /^ +(- )?uses: \$\/$/m.test(step));
  if (first < 0) return job;
  // A comment above the step stays with it.
  const at = /^ {6}#/.test(steps[first - 1] ?? '') ? first - 1 : first;
  return [...steps.slice(0, at), FETCH, ...steps.slice(at)].join('').replaceAll('uses: $/', `uses: ./${FOLDER}`);
}
