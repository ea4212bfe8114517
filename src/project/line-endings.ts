import { sha256 } from './source.ts';

/**
 * The sha256 (hex) of a file as a checkout on another system has it: line breaks are '\r\n' there, or '\n'. Git turns
 * the ones into the others, and a tool that hashes the working tree has noted either. The file's own is not among them.
 */
export function checksumsElsewhere(bytes: Buffer): readonly string[] {
  const text = bytes.toString('latin1');
  const plain = text.replaceAll('\r\n', '\n');
  return [plain, plain.replaceAll('\n', '\r\n')]
    .filter((variant) => variant !== text)
    .map((variant) => sha256(Buffer.from(variant, 'latin1')));
}
