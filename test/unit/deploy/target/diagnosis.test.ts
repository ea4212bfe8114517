import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/deploy/target/diagnosis.ts';
import type { LookUp } from '../../../../src/deploy/target/ipv6.ts';

const place = { host: 'db.example.com', port: 5432, user: 'app', database: 'shop' };
const supabase = { ...place, host: 'db.abcdefgh.supabase.co', user: 'postgres', database: 'postgres' };

const error = (message: string, about: Record<string, unknown> = {}): Error => Object.assign(new Error(message), about);
const both: LookUp = async () => ({ v4: true, v6: true });
const onlyV6: LookUp = async () => ({ v4: false, v6: true });

describe('what went wrong is told with the fix:', () => {
  it.each<[string, Error, string, RegExp]>([
    [
      'refused',
      error('connect ECONNREFUSED 192.0.2.1:5432', { code: 'ECONNREFUSED' }),
      'target-unreachable',
      /Nothing listens/,
    ],
    ['unknown name', error('getaddrinfo ENOTFOUND db', { code: 'ENOTFOUND' }), 'target-unreachable', /spelling/],
    ['name server', error('getaddrinfo EAI_AGAIN db', { code: 'EAI_AGAIN' }), 'target-unreachable', /spelling/],
    ['no answer', error('timeout expired'), 'target-unreachable', /firewall/],
    ['closed', error('Connection terminated unexpectedly'), 'target-unreachable', /not Postgres/],
    ['starting', error('the database system is starting up', { code: '57P03' }), 'target-unreachable', /starting/],
    ['full', error('sorry, too many clients already', { code: '53300' }), 'target-full', /pg_stat_activity/],
    [
      'reserved',
      error('remaining connection slots are reserved for roles', { code: '53300' }),
      'target-full',
      /max_connections/,
    ],
    [
      'PgBouncer full',
      error('no more connections allowed (max_client_conn)', { code: '08P01' }),
      'target-full',
      /max_client_conn/,
    ],
    ['Supavisor full', error('MaxClientsInSessionMode: max clients reached', { code: 'XX000' }), 'target-full', /pool/],
    [
      'password',
      error('password authentication failed for user "app"', { code: '28P01' }),
      'target-refused-login',
      /percent-encoded/,
    ],
    [
      'no password',
      error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string'),
      'target-refused-login',
      /secret/,
    ],
    ['no role', error('role "app" does not exist', { code: '28000' }), 'target-refused-login', /LOGIN/],
    ['tenant', error('Tenant or user not found', { code: 'XX000' }), 'target-refused-login', /postgres\.REF/],
    [
      'database',
      error('database "shop" does not exist', { code: '3D000' }),
      'target-database-missing',
      /CREATE DATABASE "shop"/,
    ],
    ['PgBouncer database', error('no such database: shop', { code: '08P01' }), 'target-database-missing', /"shop"/],
    [
      'hba, plain',
      error('no pg_hba.conf entry for host "192.0.2.1", user "app", database "shop", no encryption', { code: '28000' }),
      'target-tls',
      /sslmode=require/,
    ],
    [
      'hba, TLS',
      error('no pg_hba.conf entry for host "192.0.2.1", user "app", database "shop", SSL encryption', {
        code: '28000',
      }),
      'target-refused-login',
      /allow list/,
    ],
    [
      'Neon',
      error('connection is insecure (try using `sslmode=require`)', { code: 'XX000' }),
      'target-tls',
      /insists on TLS/,
    ],
    ['no TLS', error('The server does not support SSL connections'), 'target-tls', /sslmode=disable/],
    [
      'self-signed',
      error('self-signed certificate in certificate chain', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'target-tls',
      /sslrootcert/,
    ],
    ['expired', error('certificate has expired', { code: 'CERT_HAS_EXPIRED' }), 'target-tls', /Renew/],
    [
      'name',
      error("Hostname/IP does not match certificate's altnames", { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      'target-tls',
      /another name/,
    ],
    [
      'handshake',
      error('Client network socket disconnected before secure TLS connection was established', { code: 'ECONNRESET' }),
      'target-tls',
      /handshake/,
    ],
    [
      'pooler options',
      error('unsupported startup parameter: options', { code: '08P01' }),
      'target-unreachable',
      /options/,
    ],
    ['something else', error('what is this'), 'target-unreachable', /Check host/],
  ])('%s', async (_, cause, code, hint) => {
    const told = await diagnose(cause, place, 0, both);
    expect(told).toMatchObject({ name: 'LockstepError', code });
    expect(told.message).toContain('app@db.example.com:5432/shop');
    expect(told.hint).toMatch(hint);
  });

  it('for how long it was tried', async () => {
    expect((await diagnose(error('x', { code: '57P03' }), place, 30_400)).message).toMatch(/\(tried for 30 s\)$/);
  });

  it('without what looks like a password', async () => {
    const told = await diagnose(error('cannot use postgres://app:hidden-secret@h/d'), place, 0, both);
    expect(told.message).not.toContain('hidden-secret');
  });
});

describe('a server with IPv6 addresses only', () => {
  const unreachable = (address: string): Error =>
    error(`connect ENETUNREACH ${address}:5432`, { code: 'ENETUNREACH', address });

  it.each([
    ['by the address that was tried', unreachable('2001:db8::1'), both],
    [
      'by all that were tried',
      Object.assign(new AggregateError([unreachable('2001:db8::1'), unreachable('2001:db8::2')]), {
        code: 'ENETUNREACH',
      }),
      both,
    ],
    ['by its name, when the system knows no address', error('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }), onlyV6],
    ['by its name, when nothing answers', error('timeout expired'), onlyV6],
  ])('is known %s', async (_, cause, lookUp) => {
    expect((await diagnose(cause, place, 0, lookUp)).hint).toContain("GitHub's hosted runners have no IPv6");
    const hint = (await diagnose(cause, supabase, 0, lookUp)).hint;
    expect(hint).toContain('postgres://postgres.abcdefgh:PASSWORD@aws-0-REGION.pooler.supabase.com:5432/postgres');
  });

  it.each([
    [
      'an IPv4 address was tried too',
      Object.assign(new AggregateError([unreachable('2001:db8::1'), unreachable('192.0.2.1')]), {
        code: 'ENETUNREACH',
      }),
      both,
    ],
    ['the name has IPv4', error('timeout expired'), both],
    ['nobody can tell', error('timeout expired'), async () => undefined],
    ['it was reached', error('password authentication failed', { code: '28P01' }), onlyV6],
  ])('is not assumed when %s', async (_, cause, lookUp) => {
    expect((await diagnose(cause, place, 0, lookUp)).hint).not.toContain('IPv6');
  });
});
