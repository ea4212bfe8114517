import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FirstUser1767430800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('INSERT INTO users (email) VALUES ($1)', ["ada'$1@example.com"]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DELETE FROM users');
  }
}
