import { describe, expect, it } from 'vitest';
import { isTransactionPooler, transactionPoolerAdvice } from '../../../../src/deploy/target/providers.ts';
import { applicationName } from '../../../../src/deploy/target/target.ts';

const at = (host: string, port = 5432, user = 'app', database = 'shop') => ({ host, port, user, database });

describe('a pooler in transaction mode', () => {
  it.each([
    [at('aws-0-eu-west-1.pooler.supabase.com', 6543), true],
    [at('aws-0-eu-west-1.pooler.supabase.com', 5432), false],
    [at('db.abcdefgh.supabase.co', 6543), true],
    [at('db.abcdefgh.supabase.co', 5432), false],
    [at('ep-cool-name-123456-pooler.eu-central-1.aws.neon.tech'), true],
    [at('ep-cool-name-123456.eu-central-1.aws.neon.tech'), false],
    [at('db.example.com', 6543), false],
    [at('my-pooler.example.com'), false],
  ])('is known by its address: $host:$port, %s', (place, known) => {
    expect(isTransactionPooler(place)).toBe(known);
  });

  it.each([
    [
      at('aws-0-eu-west-1.pooler.supabase.com', 6543, 'postgres.ref'),
      'postgres://postgres.ref:PASSWORD@aws-0-eu-west-1.pooler.supabase.com:5432/shop',
    ],
    [
      at('db.abcdefgh.supabase.co', 6543),
      'postgres://postgres.abcdefgh:PASSWORD@aws-0-REGION.pooler.supabase.com:5432/shop',
    ],
    [at('ep-a-1-pooler.eu.aws.neon.tech', 5432, 'a@b'), 'postgres://a%40b:PASSWORD@ep-a-1.eu.aws.neon.tech:5432/shop'],
    [at('x.postgres.database.azure.com', 6432), 'x.postgres.database.azure.com:5432'],
    [at('x.db.ondigitalocean.com', 25_061), 'x.db.ondigitalocean.com:25060'],
    [at('pgbouncer.internal', 6432), 'pool_mode = session'],
  ])('is refused with what to use instead: $host', (place, told) => {
    expect(transactionPoolerAdvice(place)).toContain(told);
  });
});

describe('the name of our sessions', () => {
  it.each([
    [{ command: 'plan' }, 'lockstep plan'],
    [{ command: 'plan', commit: '1a2b3c4d5e6f' }, 'lockstep plan @1a2b3c4'],
    [
      { command: 'apply', repository: 'acme/shop', commit: '1a2b3c4d5e6f', runId: 123 },
      'lockstep apply acme/shop@1a2b3c4 run 123',
    ],
    [{ command: 'apply', repository: 'acme/ü' }, 'lockstep apply acme/?'],
  ])('%o', (parts, name) => {
    expect(applicationName(parts)).toBe(name);
  });

  it('keeps commit and run when the repository is too long', () => {
    const name = applicationName({
      command: 'apply',
      repository: `${'o'.repeat(39)}/${'r'.repeat(100)}`,
      commit: 'abcdef0123',
      runId: 12_345_678_901,
    });
    expect(name).toHaveLength(63);
    expect(name).toMatch(/^lockstep apply o+@abcdef0 run 12345678901$/);
  });
});
