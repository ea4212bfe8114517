/** How templates and pages name this repository: `uses: lockstep-dev/lockstep@v0`, and links to its docs. */

export interface Reference {
  /** 'lockstep-dev/lockstep' */
  readonly repository: string;
  /** 'v0' */
  readonly ref: string;
  readonly released: boolean;
}

/** `manifest`: package.json, the one place where the address stands. */
export function referenceOf(manifest: string, changelog: string): Reference {
  const { repository, version } = JSON.parse(manifest) as { repository: { url: string }; version: string };
  const name = /github\.com\/([^/]+\/[^/]+?)(\.git)?$/.exec(repository.url)?.[1];
  if (name === undefined) throw new Error(`no GitHub repository in ${repository.url}`);
  return { repository: name, ref: `v${version.split('.')[0]}`, released: /^## \[\d/m.test(changelog) };
}

/** What is ours is called lockstep, whoever it belongs to: the action itself, or one of its workflows. */
const USES = /(uses: )[\w.-]+\/lockstep(\/\.github\/workflows\/[\w-]+\.yml)?@[\w.-]+( # not released yet[^\n]*)?/g;
const PAGE = /https:\/\/github\.com\/[\w.-]+\/lockstep\/blob\/[\w.-]+\//g;

export function withReference(text: string, { repository, ref, released }: Reference): string {
  const note = released ? '' : ' # not released yet: name a commit';
  return text
    .replace(
      USES,
      (_, uses: string, workflow: string | undefined) => `${uses}${repository}${workflow ?? ''}@${ref}${note}`,
    )
    .replace(PAGE, `https://github.com/${repository}/blob/${ref}/`);
}
