import { describe, expect, it } from 'vitest';
import { helpText } from '../../../src/commands/help.ts';
import { commands, flagOf, optionsOf } from '../../../src/settings/options.ts';

describe('help', () => {
  it('lists every command', () => {
    for (const { name, summary } of commands) {
      expect(helpText(undefined)).toContain(name);
      expect(helpText(undefined)).toContain(summary);
    }
  });

  it.each(commands.map(({ name }) => name))('lists every option of %s with its words', (command) => {
    // Lines are wrapped: compare without the breaks.
    const text = helpText(command).replace(/\s+/g, ' ');
    for (const { name, description, default: standard, positional, placeholder } of optionsOf(command)) {
      expect(text).toContain(positional ? `Usage: lockstep ${command} ${placeholder} [options]` : `${flagOf(name)} `);
      expect(text).toContain(description);
      if (standard !== undefined) expect(text).toContain(`Default: ${standard}.`);
    }
  });

  it('fits a usual terminal', () => {
    for (const line of helpText('check').split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
