# Lockstep: looks whether it can run here, then takes the place of this shell.
# The look needs no other programs, which an image may lack, and no newer bash than macOS has (3.2).
refuse() {
  echo "::error title=Lockstep cannot start::$1"
  exit 2
}
remedy='Put this step before it:%0A- uses: actions/setup-node@v7%0A  with:%0A    node-version: 24%0Aor take an image that has Node.js.'
# For a Node of any age. musl: the C library is not glibc.
about='var v = process.versions.node, musl = parseInt(v) >= 20 && process.platform === "linux" &&
  !process.report.getReport().header.glibcVersionRuntime; v + (musl ? " musl" : "")'

if [ "${RUNNER_OS:-}" = Windows ]; then refuse 'It runs on Linux and macOS, not on Windows: take runs-on: ubuntu-latest.'; fi
if ! command -v node >/dev/null; then refuse "There is no node on PATH. $remedy"; fi
node=$(node -p "$about") || node=
case ${node%%.*} in
  '' | *[!0-9]*) refuse "The node on PATH does not run: $(command -v node). $remedy" ;;
  ? | 1?) refuse "Node.js ${node%% *} is too old: Lockstep needs 20 or later. $remedy" ;;
esac
# Who brings a Squawk of their own may go on; what Postgres needs is told by the program.
if [ "${node##* }" = musl ] && [ -z "${LOCKSTEP_SQUAWK:-}" ]; then
  refuse 'Squawk needs glibc, and the C library here is musl (Alpine): take an image such as node:24-bookworm.'
fi
# exec: the runner signals the process of its step alone, and a cancelled run has to end the server that it started.
exec node "$GITHUB_ACTION_PATH/dist/index.cjs"
