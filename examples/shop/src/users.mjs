/** Returns the new user. Writes both names: code that still reads `name` is running (migration 011). */
export async function createUser(client, { email, displayName }) {
  const { rows } = await client.query(
    `INSERT INTO users (email, name, display_name) VALUES ($1, $2, $2)
     RETURNING id, email, display_name AS "displayName"`,
    [email, displayName],
  );
  return rows[0];
}

/** Returns the user with this e-mail address in any case, or undefined. */
export async function findUser(client, email) {
  const { rows } = await client.query(
    'SELECT id, email, display_name AS "displayName" FROM users WHERE lower(email) = lower($1)',
    [email],
  );
  return rows[0];
}

export async function renameUser(client, userId, displayName) {
  await client.query('UPDATE users SET name = $2, display_name = $2 WHERE id = $1', [userId, displayName]);
}
