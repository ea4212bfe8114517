// The rows of the bench, judged by their goals and printed.

export function judge({ measured, floor, goal }) {
  const ratio = floor === undefined ? undefined : measured / floor;
  if (goal === undefined) return { ratio };
  if (goal.atMost !== undefined) return { ratio, ok: measured <= goal.atMost };
  return { ratio, ok: goal.ratio === undefined ? measured < goal.below : ratio <= goal.ratio };
}

export function table(rows) {
  const number = (value, unit) => (value === undefined ? '' : `${Math.round(value)} ${unit}`.trim());
  const cells = rows.map(({ what, measured, floor, of, ratio, goal, unit = 'ms', ok }) => [
    what,
    number(measured, unit),
    floor === undefined ? '' : `${number(floor, unit)} (${of})`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goalText(goal, unit),
    ok === undefined ? '' : ok ? 'ok' : 'MISSED',
  ]);
  return aligned([['what', 'measured', 'floor', 'ratio', 'goal', ''], ...cells]);
}

function goalText(goal, unit) {
  if (goal === undefined) return '';
  if (goal.atMost !== undefined) return `<= ${goal.atMost} ${unit}`.trim();
  return goal.ratio === undefined ? `< ${goal.below} ${unit}` : `<= ${goal.ratio}x`;
}

/** Rows of cells, the first of which are names. */
export function aligned(all) {
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return all.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
