// The rows of the bench, judged by their goals and printed.

export function judge({ measured, floor, goal }) {
  const ratio = floor === undefined ? undefined : measured / floor;
  if (goal === undefined) return { ratio };
  return { ratio, ok: goal.ratio === undefined ? measured < goal.below : ratio <= goal.ratio };
}

export function table(rows) {
  const number = (value, unit) => (value === undefined ? '' : `${Math.round(value)} ${unit}`);
  const cells = rows.map(({ what, measured, floor, of, ratio, goal, unit = 'ms', ok }) => [
    what,
    number(measured, unit),
    floor === undefined ? '' : `${number(floor, unit)} (${of})`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : goal.ratio === undefined ? `< ${goal.below} ${unit}` : `<= ${goal.ratio}x`,
    ok === undefined ? '' : ok ? 'ok' : 'MISSED',
  ]);
  const all = [['what', 'measured', 'floor', 'ratio', 'goal', ''], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return all.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
