/** Takes passwords out of connection strings: drivers and child processes like to quote them in what they say. */
export function redact(text: string): string {
  return text
    .replace(/\b(postgres(?:ql)?:\/\/)[^\s'"]*@/gi, '$1***@')
    .replace(/\b(password=)(?:'[^']*'|[^\s&'"]+)/gi, '$1***');
}
