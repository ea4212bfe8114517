import { commandTrip } from '../support/command-trip.ts';

const migration = (name: string): string => `shop/migrations/${name}.py`;

commandTrip({
  name: 'django',
  debian: true,
  held: [migration('0003_first_customer'), migration('0004_order_note')],
  ids: ['shop.0001_initial', 'shop.0002_order', 'shop.0003_first_customer', 'shop.0004_order_note'],
  apply: ['python3', 'manage.py', 'migrate', '--noinput'],
  rollback: ['python3', 'manage.py', 'migrate', 'shop', '0003'],
  rows: "SELECT app, name FROM django_migrations WHERE app = 'shop' ORDER BY name",
  own: "WHERE app = 'shop'",
  relation: 'public.django_migrations',
  sends: [
    [/^INSERT INTO "shop_customer" \("email"\) VALUES \('ada''\$1@example.com'\)/],
    [/^ALTER TABLE "shop_order" ADD COLUMN "note" text NULL$/],
  ],
  transaction: 'single',
});
