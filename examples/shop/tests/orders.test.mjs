import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAsStaff, actAsUser } from '../src/database.mjs';
import { listOrders, markPaid, placeOrder } from '../src/orders.mjs';
import { createUser } from '../src/users.mjs';
import { createProduct, useDatabase } from './support.mjs';

const rolledBack = useDatabase();

async function twoCustomers(client) {
  await createProduct(client, { sku: 'PEN', priceCents: 150, stock: 10 });
  await createProduct(client, { sku: 'INK', priceCents: 700, stock: 1 });
  const ada = await createUser(client, { email: 'ada@shop.test', displayName: 'Ada' });
  const bob = await createUser(client, { email: 'bob@shop.test', displayName: 'Bob' });
  return { ada, bob };
}

test('an order takes its pieces from stock and adds up', () =>
  rolledBack(async (client) => {
    const { ada } = await twoCustomers(client);
    await actAsUser(client, ada.id);
    const id = await placeOrder(client, ada.id, [
      { sku: 'PEN', quantity: 3 },
      { sku: 'INK', quantity: 1 },
    ]);
    assert.deepEqual(await listOrders(client), [{ id, userId: ada.id, status: 'pending', pieces: 4, totalCents: 1150 }]);
    const { rows } = await client.query("SELECT sku, stock FROM products WHERE sku IN ('PEN', 'INK') ORDER BY sku");
    assert.deepEqual(rows, [
      { sku: 'INK', stock: 0 },
      { sku: 'PEN', stock: 7 },
    ]);
  }));

test('an order for more than there is in stock is refused', () =>
  rolledBack(async (client) => {
    const { ada } = await twoCustomers(client);
    await actAsUser(client, ada.id);
    await assert.rejects(placeOrder(client, ada.id, [{ sku: 'INK', quantity: 2 }]), /not enough of INK in stock/);
  }));

test('a user sees no order of anybody else, the staff sees all', () =>
  rolledBack(async (client) => {
    const { ada, bob } = await twoCustomers(client);
    await actAsUser(client, ada.id);
    const hers = await placeOrder(client, ada.id, [{ sku: 'PEN', quantity: 1 }]);
    await actAsUser(client, bob.id);
    const his = await placeOrder(client, bob.id, [{ sku: 'PEN', quantity: 2 }]);

    assert.deepEqual((await listOrders(client)).map(({ id }) => id), [his]);
    await markPaid(client, hers);
    await actAsStaff(client);
    const all = await listOrders(client);
    assert.equal(all.find(({ id }) => id === hers).status, 'pending', 'Bob cannot pay for an order that he does not see');
    assert.equal(all.find(({ id }) => id === his).pieces, 2);
  }));

test('nobody places an order in the name of somebody else', () =>
  rolledBack(async (client) => {
    const { ada, bob } = await twoCustomers(client);
    await actAsUser(client, ada.id);
    await assert.rejects(placeOrder(client, bob.id, [{ sku: 'PEN', quantity: 1 }]), /row-level security/);
  }));
