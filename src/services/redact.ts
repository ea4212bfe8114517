/**
 * Takes passwords and tokens out of what drivers and child processes say: they like to quote connection strings, the
 * addresses of remotes and registries, and npm's settings.
 */
export function redact(text: string): string {
  return (
    text
      // A password may hold a '/' that nobody has encoded.
      .replace(/\b(postgres(?:ql)?:\/\/)[^\s'"]*@/gi, '$1***@')
      .replace(/(\/\/)[^/\s'"]+@/g, '$1***@')
      .replace(/(\bpassword|_(?:authToken|password|auth))=(?:'[^']*'|"[^"]*"|[^\s&'"]+)/gi, '$1=***')
  );
}
