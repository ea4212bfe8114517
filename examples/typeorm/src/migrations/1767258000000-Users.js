module.exports = class Users1767258000000 {
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE)');
  }

  async down(queryRunner) {
    await queryRunner.query('DROP TABLE users');
  }
};
