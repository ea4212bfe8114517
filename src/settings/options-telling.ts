import { DEPLOYING, type Option } from './option.ts';

/** Of commands that are stages of a deployment, or tell of one. */
export const tellingOptions = [
  {
    name: 'deployment',
    type: 'text',
    commands: DEPLOYING,
    placeholder: 'JSON',
    description: 'What the jobs before this one know of the deployment: their outputs of that name, one per line.',
  },
  {
    name: 'needs',
    type: 'text',
    commands: ['notify'],
    placeholder: 'JSON',
    description:
      'What became of the jobs of the deployment, toJSON(needs): of those called like an environment, and `plan-` before it.',
  },
  {
    name: 'waiting_for',
    type: 'text',
    commands: ['notify'],
    placeholder: 'NAME',
    description: 'An environment that waits for its approval although nobody could read its database.',
  },
  {
    name: 'github_environment',
    type: 'text',
    commands: ['plan', 'notify'],
    placeholder: 'NAME',
    description: 'The environment of GitHub that has to be approved, to say who may (permission `actions: read`).',
    default: 'the same name as `environment`',
  },
  {
    name: 'code_result',
    type: 'choice',
    choices: ['success', 'failure', 'cancelled', 'skipped'],
    commands: ['notify'],
    placeholder: 'RESULT',
    description: 'How the job ended that deploys the code.',
  },
  {
    name: 'check_report',
    type: 'path',
    commands: ['comment'],
    required: true,
    placeholder: 'FILE',
    description: "The report that the check's own run has written, from its artifact. Nothing in it is trusted.",
  },
  {
    name: 'slack_token',
    type: 'text',
    secret: 'masked',
    commands: DEPLOYING,
    placeholder: 'TOKEN',
    description: "A Slack app's bot token (xoxb-...), with the scope chat:write: one message per deployment.",
  },
  {
    name: 'slack_channel',
    type: 'text',
    commands: DEPLOYING,
    placeholder: 'ID',
    description: "The channel's ID, such as C0123456789. Not a secret: GitHub drops outputs that hold one.",
  },
  {
    name: 'slack_webhook',
    type: 'text',
    secret: 'masked',
    commands: DEPLOYING,
    placeholder: 'URL',
    description: 'An incoming webhook of Slack, in place of a token: one message for each environment.',
  },
] as const satisfies readonly Option[];
