exports.up = async (knex) => {
  const [{ id }] = await knex('users').insert({ email: "ada'$1@example.com" }).returning('id');
  await knex('orders').insert({ user_id: id, total: 1200 });
};

exports.down = async (knex) => {
  await knex('orders').del();
  await knex('users').del();
};
