import { type Deployment, deploymentSchema, type Stage } from './model.ts';

/** What several jobs know of one deployment, taken together. Pure. */

/** One line of JSON: a job's output. */
export function writeDeployment(deployment: Deployment): string {
  return JSON.stringify(deployment);
}

/** What we write is a hundredth of it. */
const MOST_CHARACTERS = 1_000_000;

/** undefined: it is none, or not of this version. Never throws. */
export function readDeployment(json: string): Deployment | undefined {
  if (json.length > MOST_CHARACTERS) return undefined;
  try {
    return deploymentSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** A stage of an environment that is there already takes its place; what the first of them knew of the commit stays. */
export function withStage(deployment: Deployment, stage: Stage): Deployment {
  const at = deployment.stages.findIndex(({ environment }) => isSameName(environment, stage.environment));
  return { ...deployment, stages: at < 0 ? [...deployment.stages, stage] : deployment.stages.with(at, stage) };
}

/** Of one commit and one database. */
export function isSameDeployment(one: Deployment, other: Deployment): boolean {
  const { database = other.database } = one;
  return one.commit === other.commit && (other.database ?? database) === database;
}

/** Of the same environment, what happened later counts. */
export function merged(first: Deployment, ...others: readonly Deployment[]): Deployment {
  let sum = first;
  for (const other of others) {
    const { code: known, ...rest } = sum;
    const code = other.code ?? (known !== undefined && isOutdated(known.at, other) ? undefined : known);
    sum = { ...other, ...rest, ...(code === undefined ? {} : { code }) };
    for (const stage of other.stages) if (!isOlder(sum, stage)) sum = withStage(sum, stage);
  }
  return sum;
}

/** A database that is deployed to again: what became of the code before says nothing any more. */
function isOutdated(codeAt: string, { stages }: Deployment): boolean {
  return stages.some(({ at }) => Date.parse(at) > Date.parse(codeAt));
}

function isOlder({ stages }: Deployment, { environment, at }: Stage): boolean {
  const there = stages.find((stage) => isSameName(stage.environment, environment));
  return there !== undefined && Date.parse(there.at) > Date.parse(at);
}

/** GitHub's environments know no difference between upper and lower case. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
