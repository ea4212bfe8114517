// All of these run in a transaction in which actAsUser or actAsStaff has been called.

/**
 * Places an order for pieces that are in stock and returns its id.
 * `items`: [{ sku, quantity }]. Rejects, and the transaction is over, when there is not enough of something.
 */
export async function placeOrder(client, userId, items) {
  const order = await client.query('INSERT INTO orders (user_id) VALUES ($1) RETURNING id', [userId]);
  const orderId = order.rows[0].id;
  for (const { sku, quantity } of items) {
    await client.query(
      `INSERT INTO order_items (order_id, product_id, quantity, unit_price_cents)
       SELECT $1, id, $3, price_cents FROM take_stock($2, $3) AS taken (id) JOIN products USING (id)`,
      [orderId, sku, quantity],
    );
  }
  return orderId;
}

export async function markPaid(client, orderId) {
  await client.query("UPDATE orders SET status = 'paid' WHERE id = $1", [orderId]);
}

/** The orders that the acting user may see, newest first. */
export async function listOrders(client) {
  const { rows } = await client.query(
    `SELECT order_id AS id, user_id AS "userId", status, pieces::INTEGER, total_cents::INTEGER AS "totalCents"
     FROM order_totals ORDER BY placed_at DESC, order_id DESC`,
  );
  return rows;
}
