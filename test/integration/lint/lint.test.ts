import { expect, test } from 'vitest';
import { added, changeSet } from '../../support/change-set.ts';
import { brief, lintOf } from './support.ts';

test('x', async () => {
  const r = await lintOf(
    changeSet([
      added(
        'migrations/001_a.sql',
        `
CREATE TABLE fresh (id bigint);
CREATE INDEX ON fresh (id);
alter table users add constraint ü foreign key (a) references t(a); alter table users add constraint x2 unique(a);
alter table users add constraint pk primary key (id), add constraint ck check (a > 0);
create index concurrently i on users(a);
`,
      ),
      added(
        'migrations/002_b.sql',
        `do $$ begin commit; end $$;\n-- lockstep-ignore ban-drop-table -- gone\ndrop table x;\nset lock_timeout=0;`,
      ),
    ]),
  );
  console.log(brief(r).join('\n'));
  console.log(JSON.stringify(r.findings, null, 1), r.notAnalysed, r.refused);
});
