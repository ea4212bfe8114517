import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser, findUser, renameUser } from '../src/users.mjs';
import { useDatabase } from './support.mjs';

const rolledBack = useDatabase();

test('a user is found whatever the case of the e-mail address', () =>
  rolledBack(async (client) => {
    const ada = await createUser(client, { email: 'Ada@shop.test', displayName: 'Ada' });
    assert.deepEqual(await findUser(client, 'ada@SHOP.test'), ada);
    assert.equal(await findUser(client, 'nobody@shop.test'), undefined);
  }));

test('two users cannot share an e-mail address', () =>
  rolledBack(async (client) => {
    await createUser(client, { email: 'ada@shop.test', displayName: 'Ada' });
    await assert.rejects(createUser(client, { email: 'ADA@shop.test', displayName: 'Ada too' }), { code: '23505' });
  }));

test('a user who takes another name is called by it', () =>
  rolledBack(async (client) => {
    const ada = await createUser(client, { email: 'ada@shop.test', displayName: 'Ada' });
    await renameUser(client, ada.id, 'Countess');
    assert.equal((await findUser(client, 'ada@shop.test')).displayName, 'Countess');
  }));
