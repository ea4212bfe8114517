module.exports = class Orders1767344400000 {
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL REFERENCES users)');
  }

  async down(queryRunner) {
    await queryRunner.query('DROP TABLE orders');
  }
};
