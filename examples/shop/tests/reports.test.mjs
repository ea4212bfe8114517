import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAsStaff } from '../src/database.mjs';
import { markPaid, placeOrder } from '../src/orders.mjs';
import { refreshRevenue, revenueByDay } from '../src/reports.mjs';
import { createUser } from '../src/users.mjs';
import { createProduct, useDatabase } from './support.mjs';

const rolledBack = useDatabase();

test('the revenue of a day is what was paid for', () =>
  rolledBack(async (client) => {
    await createProduct(client, { sku: 'PEN', priceCents: 150, stock: 10 });
    const ada = await createUser(client, { email: 'ada@shop.test', displayName: 'Ada' });
    await actAsStaff(client);
    const paid = await placeOrder(client, ada.id, [{ sku: 'PEN', quantity: 2 }]);
    await markPaid(client, paid);
    const pending = await placeOrder(client, ada.id, [{ sku: 'PEN', quantity: 5 }]);
    // A day on which nobody else has ordered anything.
    await client.query("UPDATE orders SET placed_at = '1999-12-31 12:00Z' WHERE id = ANY ($1)", [[paid, pending]]);

    await refreshRevenue(client);
    assert.deepEqual(await revenueByDay(client, '1999-12-31', '1999-12-31'), [
      { day: '1999-12-31', orders: 1, revenueCents: 300 },
    ]);
  }));
