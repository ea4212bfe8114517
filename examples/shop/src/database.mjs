/** Whatever `work` does on `client` happens as a whole or not at all. */
export async function inTransaction(client, work) {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** From here to the end of the transaction the policies show what this user may see. */
export async function actAsUser(client, userId) {
  await client.query("SELECT set_config('app.user_id', $1, true), set_config('app.role', '', true)", [userId]);
}

/** From here to the end of the transaction every order is visible. */
export async function actAsStaff(client) {
  await client.query("SELECT set_config('app.user_id', '', true), set_config('app.role', 'staff', true)");
}
