import type { SlackMessage } from '../../../../src/report/slack/blocks.ts';

/** A message as it can be read: its text, and each block with its kind. */
export function readable({ text, blocks }: SlackMessage): string {
  const written = blocks.map((block) => {
    const texts = block.type === 'section' ? [block.text] : block.elements;
    return `[${block.type}]\n${texts.map((each) => each.text).join('\n')}`;
  });
  return `${[`[text]\n${text}`, ...written].join('\n\n')}\n`;
}
