module.exports = class OrderNote1767517200000 {
  async up(queryRunner) {
    await queryRunner.query('ALTER TABLE orders ADD COLUMN note text');
  }

  async down(queryRunner) {
    await queryRunner.query('ALTER TABLE orders DROP COLUMN note');
  }
};
