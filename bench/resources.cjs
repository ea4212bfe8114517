// Loaded into a program by `node --require`: writes the most memory that the process itself has held and the time that it
// was computing to the file that LOCKSTEP_BENCH_RESOURCES names. Its children (git, Postgres, Squawk) are not in it.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const peakBytes = highWaterMark() ?? process.resourceUsage().maxRSS * 1024;
  const resources = { peakBytes, cpuMilliseconds: (user + system) / 1000 };
  writeFileSync(process.env.LOCKSTEP_BENCH_RESOURCES, JSON.stringify(resources));
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
