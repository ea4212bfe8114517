import { actAsStaff } from './database.mjs';

/** Brings the report up to date. Runs in a transaction of its own, from a job. */
export async function refreshRevenue(client) {
  await actAsStaff(client);
  await client.query('REFRESH MATERIALIZED VIEW revenue_by_day');
}

/** Revenue per day (UTC) as of the last refresh; `from` and `to` are 'YYYY-MM-DD', both included. */
export async function revenueByDay(client, from, to) {
  const { rows } = await client.query(
    `SELECT day::TEXT, orders::INTEGER, revenue_cents::INTEGER AS "revenueCents"
     FROM revenue_by_day WHERE day BETWEEN $1 AND $2 ORDER BY day`,
    [from, to],
  );
  return rows;
}
