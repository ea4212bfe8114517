/** One line of a file of Java properties. */
export interface Property {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/**
 * Java properties as Flyway loads them: a key ends at the first `=`, `:` or blank, and a backslash is no escape.
 * https://github.com/flyway/flyway, internal/configuration/ConfigUtils.java
 */
export function readProperties(text: string): readonly Property[] {
  return text.split(/\r\n|[\r\n]/).flatMap((written, index) => {
    const [, key, value = ''] = /^\s*([^\s#!=:][^\s=:]*)\s*[=:]?\s*(.*?)\s*$/.exec(written) ?? [];
    return key === undefined ? [] : [{ key, value, line: index + 1 }];
  });
}
