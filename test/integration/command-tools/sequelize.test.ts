import { commandTrip } from '../../support/command-trip.ts';

const RUN = ['npx', '--no-install', 'sequelize-cli'];

commandTrip({
  name: 'sequelize',
  held: ['migrations/20260103090000-first-user.js', 'migrations/20260104090000-order-note.js'],
  ids: ['users', 'orders', 'first-user', 'order-note'].map((name, index) => `2026010${index + 1}090000-${name}.js`),
  apply: [...RUN, 'db:migrate'],
  rollback: [...RUN, 'db:migrate:undo'],
  rows: 'SELECT name FROM "SequelizeMeta" ORDER BY name',
  relation: 'public.SequelizeMeta',
  sends: [
    [/^INSERT INTO "users" \("email"\) VALUES \('ada''\$1@example.com'\)$/],
    [/^ALTER TABLE "public"."orders" ADD COLUMN "note" TEXT$/],
  ],
  transaction: 'none',
});
