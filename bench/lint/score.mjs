// Verdicts counted against labels. A flag is what a tool says aloud: a block or a warning.
import { aligned } from '../table.mjs';

const TOOLS = [
  { title: 'lockstep', verdict: ({ lockstep }) => lockstep },
  { title: 'lockstep, blocks alone', verdict: ({ lockstep }) => (lockstep === 'block' ? 'block' : 'clean') },
  { title: 'squawk', verdict: ({ squawk }) => squawk },
  { title: 'squawk, without style and timeouts', verdict: ({ squawkOnHazards }) => squawkOnHazards },
];

/** `judged`: { label, lockstep, squawk, ... } of each migration. */
export function scoreTable(judged) {
  const rows = TOOLS.map(({ title, verdict }) => {
    const count = (label, ...verdicts) =>
      judged.filter((one) => one.label === label && verdicts.includes(verdict(one))).length;
    const [caught, alarms] = [count('dangerous', 'block', 'warn'), count('safe', 'block', 'warn')];
    const counts = ['dangerous', 'safe'].flatMap((label) =>
      ['block', 'warn', 'clean'].map((each) => count(label, each)),
    );
    return [
      title,
      ...counts.map(String),
      percent(caught, caught + alarms),
      percent(caught, count('dangerous', 'block', 'warn', 'clean')),
    ];
  });
  const head = [
    '',
    ...['block', 'warn', 'clean'].map((each) => `dangerous: ${each}`),
    ...['block', 'warn', 'clean'].map((each) => `safe: ${each}`),
  ];
  return aligned([[...head, 'precision', 'recall'], ...rows]);
}

function percent(part, whole) {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function goalRows(judged) {
  const safe = judged.filter(({ label }) => label === 'safe');
  const blocked = safe.filter(({ lockstep }) => lockstep === 'block').length;
  return [
    {
      what: 'dangerous ones passed as clean',
      measured: judged.filter(({ label, lockstep }) => label === 'dangerous' && lockstep === 'clean').length,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      what: 'safe ones blocked',
      measured: safe.length && (100 * blocked) / safe.length,
      unit: '%',
      goal: { atMost: 2 },
    },
  ];
}

/** Everything that is not as its label, by name, with what the rules said: for those who write rules. */
export function wrongOnes(judged) {
  const part = (title, label, verdict, said) => {
    const wrong = judged.filter((one) => one.label === label && one.lockstep === verdict);
    const lines = wrong.map((one) => `  ${one.family}: ${one.name}: ${said(one)}`);
    return [`${title}: ${wrong.length}`, ...lines].join('\n');
  };
  return [
    part('Dangerous and passed as clean', 'dangerous', 'clean', ({ because }) => because),
    part('Dangerous and only warned of', 'dangerous', 'warn', ({ warn, because }) => `${warn.join(', ')} (${because})`),
    part('Safe and blocked', 'safe', 'block', ({ block }) => block.join(', ')),
    part('Safe and warned of', 'safe', 'warn', ({ warn }) => warn.join(', ')),
  ].join('\n\n');
}
