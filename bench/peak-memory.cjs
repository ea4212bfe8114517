// Loaded into a program by `node --require`: writes the most memory that the process itself has held, in bytes, to the file
// that LOCKSTEP_BENCH_MEMORY names. Its children (Postgres, Squawk) are not in it.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.LOCKSTEP_BENCH_MEMORY, `${highWaterMark() ?? process.resourceUsage().maxRSS * 1024}`);
});

/** Where there is /proc: getrusage counts what our parent had held before it became us. */
function highWaterMark() {
  try {
    const [, kilobytes] = readFileSync('/proc/self/status', 'utf8').match(/^VmHWM:\s+(\d+) kB/m);
    return Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
