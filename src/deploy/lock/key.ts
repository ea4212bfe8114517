/**
 * The key of the advisory lock that a deploy holds: the first eight bytes of sha256('lockstep deploy lock'), as a signed
 * big-endian number. One for every project: two services in one database must not deploy at once by keeping different
 * histories. Advisory locks are a database's own, so that databases of one server do not meet.
 */
export const LOCK_KEY = -755_303_831_882_598_282n;

/** How pg_locks shows a 64-bit key: its halves as unsigned numbers, with `objsubid` 1. */
export function keyHalves(key: bigint): { readonly classid: string; readonly objid: string } {
  const unsigned = BigInt.asUintN(64, key);
  return { classid: String(unsigned >> 32n), objid: String(unsigned & 0xffff_ffffn) };
}

/** A condition on `pg_locks l`: this lock of the current database, granted. */
export function lockCondition(key: bigint): string {
  const { classid, objid } = keyHalves(key);
  return `l.locktype = 'advisory' AND l.classid = ${classid}::pg_catalog.oid AND l.objid = ${objid}::pg_catalog.oid AND l.objsubid = 1::int2 AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;
}

/**
 * Takes the lock if nobody else holds it, twice: a session holds an advisory lock as often as it has taken it, and the fence
 * lets go of it once.
 */
export function tryLockSql(key: bigint): string {
  return `SELECT ${again(`pg_catalog.pg_try_advisory_lock(${key})`, key)} AS got`;
}

/**
 * Fails with 22012 unless this very backend holds the lock: what it does not hold it cannot let go of. It stands in the
 * transaction of every migration, before the history's row: a pooler that lies, or a lock that is gone, must not leave two
 * runs at work. To look into pg_locks would tell the same; with all that a server has locked, it takes as long as a small
 * migration.
 */
export function fence(key: bigint): string {
  return `SELECT 1 / (${again(`pg_catalog.pg_advisory_unlock(${key})`, key)})::int`;
}

/** In that order, which AND does not promise. */
function again(first: string, key: bigint): string {
  return `CASE WHEN ${first} THEN pg_catalog.pg_try_advisory_lock(${key}) ELSE false END`;
}

/** Lets go of it, however often it is held. */
export function releaseSql(key: bigint): string {
  const unlock = `pg_catalog.pg_advisory_unlock(${key})`;
  return `SELECT ${unlock}, ${unlock}`;
}
