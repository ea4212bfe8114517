/** Text of at most so many characters (UTF-16 units); what was cut ends with an ellipsis, and no character is halved. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
