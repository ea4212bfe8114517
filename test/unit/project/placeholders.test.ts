import { expect, test } from 'vitest';
import { replacePlaceholders } from '../../../src/project/placeholders.ts';

const values = { OWNER: 'app', OWNER_ROLE: 'app_role', DOLLAR: "$&$'", LINES: 'a\nb', 'app.name': 'shop' };

test.each([
  ['GRANT x TO :OWNER;', 'GRANT x TO app;'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notation of placeholders.
  ['GRANT x TO ${OWNER}_x;', 'GRANT x TO app_x;'],
  [':OWNER_ROLE', 'app_role'],
  [':OWNERS', ':OWNERS'],
  ["'x'::OWNER", "'x'::OWNER"],
  ['a[b:OWNER]', 'a[b:OWNER]'],
  [':UNKNOWN', ':UNKNOWN'],
  [':DOLLAR', "$&$'"],
  [':LINES', 'a b'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notation of placeholders.
  ['${app.name} ${appxname}', 'shop ${appxname}'],
])('%s becomes %s', (text, expected) => {
  expect(replacePlaceholders(text, values)).toBe(expected);
});

test('without values nothing changes', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notation of placeholders.
  expect(replacePlaceholders(':A ${B}', {})).toBe(':A ${B}');
});
