import { runsExample } from '../../support/example.ts';

runsExample({
  name: 'shop',
  tool: 'numbered',
  newest: ['database/migrations/015_create_take_stock_function.sql'],
  down: 'reversed',
});
