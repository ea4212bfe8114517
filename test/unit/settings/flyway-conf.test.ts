import { describe, expect, it } from 'vitest';
import { LockstepError } from '../../../src/errors.ts';
import { type FlywayConf, flywaySettings, type SaidAlready } from '../../../src/settings/flyway-conf.ts';

const nothing: SaidAlready = { table: false, directory: false, outOfOrder: false, placeholders: [] };

function settings(text: string, said: Partial<SaidAlready> = {}, path = 'flyway.conf') {
  return flywaySettings({ path, text } satisfies FlywayConf, { ...nothing, ...said });
}

function refusal(text: string, said: Partial<SaidAlready> = {}): string {
  try {
    settings(text, said);
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'bad-config') return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('flyway.conf', () => {
  it.each([
    ['flyway.table=log', { table: '"public"."log"' }],
    ['flyway.defaultSchema = public', { table: '"public"."flyway_schema_history"' }],
    ['flyway.schemas: public , other', { table: '"public"."flyway_schema_history"' }],
    ['flyway.schemas=a,b\nflyway.defaultSchema=public\n  flyway.table log\r\n', { table: '"public"."log"' }],
    ['flyway.table=first\nflyway.table=My "Log".x', { table: '"public"."My ""Log"".x"' }],
  ])('says where the table is: %j', (text, history) => {
    expect(settings(text)).toEqual({ history });
  });

  it.each([
    ['filesystem:sql', 'flyway.conf', 'sql'],
    ['filesystem:./db/sql/', 'services/shop/flyway.conf', 'services/shop/db/sql'],
    ['classpath:db/migration', 'flyway.conf', 'src/main/resources/db/migration'],
    ['db/pg', 'shop/flyway.conf', 'shop/src/main/resources/db/pg'],
  ])('says where the migrations are: %s in %s', (location, path, directory) => {
    expect(settings(`flyway.locations=${location}`, {}, path)).toEqual({ migrations: { directory } });
  });

  it.each([
    ['flyway.defaultSchema = app', 1],
    ['flyway.table=log\nflyway.schemas: app , public', 2],
  ])('does not make a table in a schema where the migrations would not land: %j', (text, line) => {
    expect(refusal(text)).toMatch(new RegExp(`^flyway.conf:${line}: .*search_path`));
    // Whoever names the table has been told.
    expect(settings(text, { table: true })).toEqual({});
  });

  it('gives placeholders their values, and says whether late migrations are applied', () => {
    expect(settings('flyway.placeholders.owner=shop\nflyway.placeholders.none=\nflyway.outOfOrder=true\n')).toEqual({
      rehearsal: { placeholders: { owner: 'shop', none: '' } },
      out_of_order: 'apply',
    });
  });

  it('says nothing by comments, by what is empty, by the usual values, and by what is not about migrations', () => {
    const text = `# flyway.table=a\n! flyway.table=b\nflyway.table=\nflyway.sqlMigrationPrefix=V\nflyway.placeholderPrefix=\${
flyway.url=jdbc:postgresql://\${HOST}/shop\nflyway.user=\${USER}\nflyway.password=hunter2\nflyway.cleanDisabled=true\nmine=1\n`;
    expect(settings(text)).toEqual({});
  });

  it.each([
    'sqlMigrationPrefix=M',
    'sqlMigrationSeparator=-',
    'sqlMigrationSuffixes=.sql,.pks',
    'repeatableSqlMigrationPrefix=X',
    'placeholderPrefix=#[',
    'placeholderSuffix=]',
    'placeholderReplacement=false',
    'group=true',
    'mixed=true',
    'executeInTransaction=false',
    'initSql=SET ROLE owner',
    'target=5',
    'installedBy=ci',
    'encoding=ISO-8859-1',
    'what.nobody.knows=1',
    'locations=filesystem:a,filesystem:b',
    'locations=filesystem:/srv/sql',
    'locations=filesystem:../sql',
    'locations=filesystem:sql/**',
    'locations=s3:bucket/sql',
    `placeholders.owner=\${OWNER}`,
    'table=lo\\',
  ])('is refused, with its line, where it means what Lockstep does not do: %s', (line) => {
    expect(refusal(`\nflyway.${line}\n`)).toMatch(/^flyway\.conf:2: flyway\.\S+: /);
  });

  it('never tells a value', () => {
    expect(refusal('flyway.my.secret=hunter2')).not.toContain('hunter2');
  });

  it('is not looked at where lockstep.yml says it', () => {
    const text = `flyway.table=a\nflyway.locations=s3:x\nflyway.outOfOrder=true\nflyway.placeholders.a=\${A}\n`;
    expect(settings(text, { table: true, directory: true, outOfOrder: true, placeholders: ['a'] })).toEqual({});
  });
});
