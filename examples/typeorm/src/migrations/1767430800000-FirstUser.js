module.exports = class FirstUser1767430800000 {
  async up(queryRunner) {
    await queryRunner.query('INSERT INTO users (email) VALUES ($1)', ["ada'$1@example.com"]);
  }

  async down(queryRunner) {
    await queryRunner.query('DELETE FROM users');
  }
};
