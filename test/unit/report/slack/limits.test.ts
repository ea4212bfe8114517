import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../../src/report/deployment/model.ts';
import type { SlackMessage } from '../../../../src/report/slack/blocks.ts';
import { renderDetails } from '../../../../src/report/slack/details.ts';
import { renderDeployment } from '../../../../src/report/slack/message.ts';
import { renderCode, renderStage } from '../../../../src/report/slack/webhook.ts';
import { judge } from '../../../fakes/slack/contents.ts';
import { mrkdwnIn, readMrkdwn, shown } from '../../../fakes/slack/mrkdwn.ts';
import { deployment, full, hostileTexts, server, stage, surroundings } from './deployments.ts';

const STATES = ['planned', 'waiting', 'failed', 'partial', 'refused', 'error', 'cancelled', 'rejected'] as const;

function messages(about: Deployment): SlackMessage[] {
  return [
    renderDeployment(about, surroundings),
    ...about.stages.flatMap((each) => [
      renderDetails(each, about, surroundings),
      renderStage(each, about, surroundings),
    ]),
    renderCode(about, surroundings) ?? [],
  ].flat();
}

function textsOf({ text, blocks }: SlackMessage): string[] {
  return [text, ...mrkdwnIn(blocks).map((each) => each.text)];
}

/** What is left of a text for Slack to make something of: without code, our own bold words and our links. */
function active(text: string): string {
  return text
    .replace(/`[^`\n]+`/g, '')
    .replace(/<https:\/\/github\.com\/[^<>|]*\|[\w' #]+>/g, '')
    .replace(/\*[\p{L}\p{N}][\p{L}\p{N} ./-]*\*/gu, '')
    .replace(/…/g, '');
}

describe('a hostile text is shown, and nothing else:', () => {
  it.each(hostileTexts.map((text) => [text.length > 60 ? `${text.slice(0, 20)}… × ${text.length}` : text, text]))(
    '%j',
    (_, text) => {
      for (const state of STATES) {
        for (const message of messages(full(text, state))) {
          expect(judge(message.text, message.blocks)).toMatchObject({ error: undefined, problems: [], mentions: [] });
          for (const each of textsOf(message)) {
            expect(readMrkdwn(each).links.filter((link) => !link.startsWith(`${server}/`))).toEqual([]);
            expect(active(each)).not.toMatch(/[*_~`@]|:\/\/|www\.|\]\(|:[\w+'-]+:/);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
            expect(each).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u200b\u202e]|\p{Surrogate}/u);
          }
        }
      }
    },
  );

  it('a name as it stands, to be copied', () => {
    const name = 'V2__<add>&_*order*_"x"';
    const one = stage('production', 'waiting', { pending: 1, migrations: [name] });
    const [, , blocks] = renderDeployment(deployment([one]), surroundings).blocks;
    expect(shown(mrkdwnIn(blocks)[0]?.text ?? '')).toContain(`\`${name}\``);
  });

  it('the words of a message that Postgres set in quotes, as code where they would be more', () => {
    const failure = { message: 'relation "user_orders" of `public` is *not* there' };
    const about = deployment([stage('production', 'error', { failure })]);
    expect(textsOf(renderDeployment(about, surroundings)).join('\n')).toContain(
      'relation "`user_orders`" of `public` is `*not*` there',
    );
  });
});

describe('however much there is to tell', () => {
  const endless = Array.from({ length: 500 }, (_, number) => `${number}_${'name_'.repeat(30)}`);

  it.each([1, 20, 45, 60, 500])('%i environments fit', (number) => {
    const stages = endless.slice(0, number).map((name, index) => {
      const failure = { message: 'm'.repeat(500), blocker: 'b'.repeat(300), path: name, migration: name };
      return stage(name, index % 7 === 3 ? 'failed' : 'applied', {
        migrations: endless.map((each) => `m${each}`),
        pending: 500,
        failure,
      });
    });
    const about = deployment(stages, { code: { state: 'failed', at: '2026-03-02T09:15:00Z' } });
    const message = renderDeployment(about, surroundings);
    expect(judge(message.text, message.blocks)).toMatchObject({ error: undefined, problems: [] });
    const text = textsOf(message).join('\n');
    // Never without what has to be done.
    expect(text).toContain('Roll back the code');
    const told = endless.slice(0, number).filter((name) => text.includes(`\`${name.slice(0, 20)}`)).length;
    const [, left] = /And (\d+) more environments?/.exec(text) ?? [];
    expect(told + Number(left ?? 0)).toBe(number);
  });

  it('what stopped is told before what went well', () => {
    const stages = endless.slice(0, 60).map((name) => stage(name, 'applied', { applied: 1 }));
    const message = renderDeployment(deployment([...stages, stage('last', 'failed', { pending: 3 })]), surroundings);
    expect(textsOf(message).join('\n')).toContain('*last*: failed: no migration applied');
  });

  it('details name as many migrations as there is room for, and count the others', () => {
    for (const migrations of [endless, endless.map((name) => `${name}语`.repeat(50)), ['<'.repeat(9_000)]]) {
      const one = stage('production', 'applied', { applied: 500, migrations });
      const message = renderDetails(one, deployment([one]), surroundings);
      expect(judge(message.text, message.blocks)).toMatchObject({ error: undefined, problems: [] });
      const text = textsOf(message).slice(1).join('\n');
      const named = text.match(/^• /gm)?.length ?? 0;
      expect(named).toBeGreaterThan(0);
      expect(text).toContain(`and ${500 - named} more`);
    }
  });
});
