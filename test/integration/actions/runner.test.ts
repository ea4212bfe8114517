import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ActionResult, type ActionRun, runAction, startAction } from '../../support/actions/run-action.ts';

/** The test runner itself, on small composite actions: what tests of the action rely on. */

type Given = Partial<Omit<ActionRun, 'action'>>;

function prepared(steps: string, given: Given, head = ''): ActionRun {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-composite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const action = join(folder, 'action');
  const workspace = join(folder, 'workspace');
  for (const path of [action, workspace]) mkdirSync(path);
  const indented = steps.trim().replaceAll('\n', '\n    ');
  writeFileSync(
    join(action, 'action.yml'),
    `name: x\ndescription: x\n${head}\nruns:\n  using: composite\n  steps:\n    ${indented}\n`,
  );
  return { action, workspace, event: { name: 'push', payload: { ref: 'refs/heads/main' } }, ...given };
}

/** `head`: what stands before `runs`. */
function run(steps: string, given: Given = {}, head = ''): Promise<ActionResult> {
  return runAction(prepared(steps, given, head));
}

/** A step of one script. */
const script = (text: string): string =>
  `- id: it\n  shell: bash\n  run: |\n    ${text.trim().replaceAll('\n', '\n    ')}`;

describe('inputs', () => {
  const head = `inputs:
  given: { description: x }
  Other: { description: x, default: 'by default' }
  token: { description: x, default: '\${{ github.token }}' }
  required: { description: x, required: true }`;
  const step = `- id: it
  shell: bash
  env:
    GIVEN: \${{ inputs.given }}
    OTHER: \${{ inputs.other }}
    TOKEN: \${{ inputs.token }}
    MISSING: \${{ inputs.required }}
  run: echo "[$GIVEN] [$OTHER] [$TOKEN] [$MISSING] [\${INPUT_GIVEN-none}]"`;

  it('are texts, have their defaults, and reach a script only through env', async () => {
    const { log, annotations } = await run(step, { with: { GIVEN: true }, github: { token: 'ghs_secret' } }, head);
    expect(log).toContain('\n[true] [by default] [***] [] [none]\n');
    expect(annotations).toEqual([]);
  });

  it('that the action does not have are a warning', async () => {
    const { conclusion, annotations } = await run(step, { with: { gvien: 1 } }, head);
    expect(conclusion).toBe('success');
    expect(annotations).toEqual([
      {
        level: 'warning',
        message: "Unexpected input(s) 'gvien', valid inputs are ['given', 'Other', 'token', 'required']",
      },
    ]);
  });
});

describe('a script', () => {
  it.each([
    ['fails at the first command that does', 'false\necho later'],
    ['fails with any part of a pipe', 'false | true\necho later'],
  ])('%s', async (_what, text) => {
    const { exitCode, conclusion, log, annotations } = await run(script(text));
    expect({ exitCode, conclusion }).toEqual({ exitCode: 1, conclusion: 'failure' });
    expect(log).not.toMatch(/^later$/m);
    expect(annotations).toEqual([{ level: 'error', message: 'Process completed with exit code 1.' }]);
  });

  it('finds the action, the event and the folders of the runner in its environment', async () => {
    const { outputs, log } = await run(
      script(`
test -f "$GITHUB_ACTION_PATH/action.yml"
test "$GITHUB_ACTION_PATH" != "$GITHUB_WORKSPACE" && test "$PWD" = "$GITHUB_WORKSPACE"
test "$GITHUB_ACTIONS$CI" = truetrue && test -d "$RUNNER_TEMP" && test -d "$RUNNER_TOOL_CACHE"
test -z "\${GITHUB_TOKEN-}" && test -z "\${GITHUB_ACTION_REPOSITORY-}"
echo "event=$GITHUB_EVENT_NAME $(cat "$GITHUB_EVENT_PATH") $GITHUB_REPOSITORY $GITHUB_RUN_ATTEMPT" >> "$GITHUB_OUTPUT"`),
      {},
      `outputs:\n  event: { description: x, value: "\${{ steps.it.outputs.event }}" }`,
    );
    expect(outputs, log).toEqual({ event: 'push {"ref":"refs/heads/main"} acme/shop 1' });
  });

  it('gets no input, and works in the folder that it names', async () => {
    const { log, exitCode } = await run(
      `- shell: bash\n  run: mkdir below\n- shell: bash\n  working-directory: below\n  run: |\n    cat\n    basename "$PWD"`,
    );
    expect(exitCode).toBe(0);
    expect(log).toMatch(/^below$/m);
  });
});

describe('steps', () => {
  const say = (id: string, condition: string, text = 'true'): string =>
    `- id: ${id}\n  if: ${condition}\n  shell: bash\n  run: ${text}`;

  it('run while all is well, or when their condition asks for what is', async () => {
    const { steps, conclusion, exitCode } = await run(
      [
        say('first', 'true'),
        say('broken', "steps.first.outcome == 'success'", 'exit 3'),
        say('next', 'true'),
        say('failed', 'failure()'),
        say('always', 'always()'),
        say('cancelled', 'cancelled()'),
      ].join('\n'),
    );
    expect(Object.entries(steps).map(([id, step]) => `${id} ${step.conclusion}`)).toEqual([
      'first success',
      'broken failure',
      'next skipped',
      'failed success',
      'always success',
      'cancelled skipped',
    ]);
    expect({ conclusion, exitCode }).toEqual({ conclusion: 'failure', exitCode: 0 });
  });

  it('that may fail do not stop the others', async () => {
    const { steps, conclusion } = await run(
      `- id: broken\n  continue-on-error: true\n  shell: bash\n  run: exit 1\n${say('next', 'success()')}`,
    );
    expect(conclusion).toBe('success');
    expect(steps.broken).toMatchObject({ outcome: 'failure', conclusion: 'success' });
    expect(steps.next).toMatchObject({ outcome: 'success' });
  });

  it('hand on outputs, variables and folders of programs by files', async () => {
    const result = await run(
      `${script(`
printf 'one=1\\nmany<<END\\n1\\n2\\nEND\\n' >> "$GITHUB_OUTPUT"
echo 'SHARED=from the first' >> "$GITHUB_ENV"
echo "$PWD/bin" >> "$GITHUB_PATH"
printf '# Title\\nghs_secret\\n' >> "$GITHUB_STEP_SUMMARY"`)}
- shell: bash
  env: { OWN: "\${{ env.SHARED }}!" }
  run: |
    echo "$SHARED, $OWN, \${PATH%%:*}"
    test ! -s "$GITHUB_OUTPUT"`,
      { github: { token: 'ghs_secret' } },
      `outputs:\n  all: { description: x, value: "\${{ steps.it.outputs.one }} \${{ steps.it.outputs.many }}" }`,
    );
    expect(result.outputs).toEqual({ all: '1 1\n2' });
    expect(result.log).toMatch(/^from the first, from the first!, .*\/workspace\/bin$/m);
    expect(result.env).toEqual({ SHARED: 'from the first' });
    expect(result.summary).toBe('# Title\n***\n');
  });

  it.each([
    ['an output without its end', `printf 'a<<END\\nx\\n' >> "$GITHUB_OUTPUT"`, "Matching delimiter not found 'END'"],
    ['an output without a name', `echo oops >> "$GITHUB_OUTPUT"`, "Invalid format 'oops'"],
    ['a command of old', 'echo "::set-env name=A::b"', 'command is disabled'],
  ])('fail by %s', async (_what, text, message) => {
    const { exitCode, conclusion, annotations } = await run(script(text));
    expect({ exitCode, conclusion }).toEqual({ exitCode: 0, conclusion: 'failure' });
    expect(annotations.map((each) => each.message).join('\n')).toContain(message);
  });

  it('have a summary of a mebibyte at most', async () => {
    const { summary, annotations, conclusion } = await run(
      script('head -c 1048577 /dev/zero | tr "\\0" x > "$GITHUB_STEP_SUMMARY"'),
    );
    expect({ summary, conclusion }).toEqual({ summary: '', conclusion: 'success' });
    expect(annotations[0]?.message).toContain('upload aborted, supports content up to a size of 1024k, got 1024k');
  });
});

describe('commands in the output', () => {
  it('become annotations, with places relative to the repository', async () => {
    const { annotations, log } = await run(
      script(`
echo "::error file=$GITHUB_WORKSPACE/a.sql,line=3,endLine=4,col=2,title=T::one%0Atwo"
echo "::warning file=a.sql,line=3,col=2,endColumn=5::w"
echo "text ##[notice]old form"
echo "::error::"`),
    );
    expect(annotations).toEqual([
      { level: 'error', message: 'one\ntwo', title: 'T', file: 'a.sql', line: 3, endLine: 4 },
      { level: 'warning', message: 'w', file: 'a.sql', line: 3, column: 2, endColumn: 5 },
      { level: 'notice', message: 'old form' },
    ]);
    expect(log).toContain('##[error]one\ntwo\n');
  });

  it('count on standard error as well', async () => {
    const { annotations } = await run(script('echo "::error::no" >&2'));
    expect(annotations).toEqual([{ level: 'error', message: 'no' }]);
  });

  it('are ten annotations of a level for the whole action', async () => {
    const many = script('for i in 1 2 3 4 5 6 7; do echo "::error::$i"; done; echo "::warning::w"');
    const { annotations, dropped } = await run(`${many.replace('id: it', 'id: a')}\n${many}`);
    expect(annotations.map(({ message }) => message).join(' ')).toBe('1 2 3 4 5 6 7 w 1 2 3 w');
    expect(dropped.map(({ message }) => message).join(' ')).toBe('4 5 6 7');
  });

  it('hide what they mask from then on, in lines, annotations and the summary', async () => {
    const { log, annotations, masks, secretOutputs } = await run(
      script(`
secret=hunter; secret="\${secret}2"
echo "before $secret"
echo "::add-mask::$secret"
echo "after $secret, $(printf %s "$secret" | base64)"
echo "::error title=$secret::no $secret"
echo "value=$secret" >> "$GITHUB_OUTPUT"`),
      {},
      `outputs:\n  value: { description: x, value: "\${{ steps.it.outputs.value }}" }\n  plain: { description: x, value: y }`,
    );
    expect(log).toContain('before hunter2\nafter ***, ***\n##[error]no ***\n');
    // The runner leaves titles as they are.
    expect(annotations).toEqual([{ level: 'error', message: 'no ***', title: 'hunter2' }]);
    expect(masks).toContain('hunter2');
    expect(secretOutputs).toEqual(['value']);
  });

  it('are nothing between stop-commands and its token', async () => {
    const { annotations, log } = await run(
      script(`
echo "::stop-commands::a-long-token"
echo "::error::shown, not obeyed"
echo "##[error]nor this"
echo "::A-LONG-TOKEN::"
echo "::error::obeyed"`),
    );
    expect(annotations).toEqual([{ level: 'error', message: 'obeyed' }]);
    expect(log).toContain('::error::shown, not obeyed\n##[error]nor this\n');
  });

  it('cannot be stopped with another command for a token', async () => {
    const { conclusion } = await run(script('echo "::stop-commands::error"'));
    expect(conclusion).toBe('failure');
  });

  it('begin after a carriage return too', async () => {
    const { annotations } = await run(script(`printf 'progress\\r::error::hidden in progress\\r\\n'`));
    expect(annotations).toEqual([{ level: 'error', message: 'hidden in progress' }]);
  });

  it('show debugging only where it is on', async () => {
    const steps = script('echo "::debug::details"');
    expect((await run(steps)).log).not.toMatch(/^##\[debug\]/m);
    expect((await run(steps, { debug: true })).log).toMatch(/^##\[debug\]details$/m);
  });
});

describe('a run that is cancelled', () => {
  it('signals the process of the step alone: a shell that waits for a child does not notice', async () => {
    const running = startAction(
      prepared(
        script(
          'trap "echo shell heard" INT\n(trap "echo child heard; exit 9" INT; echo ready; sleep 1; echo undisturbed)',
        ),
        {
          onLine: (line) => {
            if (line === 'ready') running.cancel();
          },
        },
      ),
    );
    const { log, conclusion, annotations } = await running.finished;
    expect(log).toMatch(/^undisturbed$/m);
    expect(log).not.toMatch(/^child heard$/m);
    expect(conclusion).toBe('cancelled');
    expect(annotations).toEqual([{ level: 'error', message: 'The operation was canceled.' }]);
  });

  it('ends what exec put in its place at once; later steps that want to run, run', async () => {
    const running = startAction(
      prepared(
        `${script('echo ready\nexec sleep 60')}\n- id: next\n  shell: bash\n  run: 'true'\n- id: last\n  if: always()\n  shell: bash\n  run: 'true'`,
        {
          onLine: (line) => {
            if (line === 'ready') running.cancel();
          },
        },
      ),
    );
    const { steps } = await running.finished;
    expect(Object.values(steps).map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'skipped', 'success']);
    expect((await running.started).signalCode).toBe('SIGINT');
  });
});

describe('an action that GitHub would not load', () => {
  it.each([
    ['a step without a shell', '- run: echo', 'shell'],
    ['an unknown context', `- shell: bash\n  run: echo\n  env: { A: '\${{ secrets.A }}' }`, 'secrets'],
    ['a nested action', '- uses: actions/checkout@v7', 'no `uses:`'],
  ])('%s is refused', async (_what, steps, message) => {
    await expect(run(steps)).rejects.toThrow(message);
  });
});
